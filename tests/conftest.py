"""For all tests: logs as in production, and quiet; a PostgreSQL where one can be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import logs
from tests.postgres import MISSING, PostgresServer, programs, running_postgres


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.configure("critical")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server, one for each test process, started when the first test asks for it."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip(MISSING)
    with running_postgres(bin_folder) as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if programs() is None:
        terminalreporter.write_line(f"{MISSING}: the tests on it were skipped.", yellow=True)
