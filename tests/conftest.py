"""For all tests: logs as in production, and quiet; a PostgreSQL where one can be had."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import forked
from tests.support.memory import memory_folder
from tests.support.postgres import MISSING, SHORT_LIVED, PostgresServer, programs, running_postgres

# Begun first, or all the rest would wait for them at the end.
LONGEST = ("tests/chaos/", "tests/e2e/test_stopping.py", "tests/e2e/test_limits.py", "tests/soak/")
# They mostly wait for a service, so they are spread among those that compute: all but the last fifth of these.
WAITING = ("tests/e2e/", "tests/attack/")
SPREAD_OVER = 0.8

POSTGRES = pytest.StashKey[int]()

# `--hypothesis-profile=long` looks further. No deadline: tests share their cores.
settings.register_profile("long", max_examples=1000, deadline=None)
settings.register_profile("suite", max_examples=30, deadline=None)
settings.load_profile("suite")

gc.disable()  # until all is imported, see below


def pytest_configure(config: pytest.Config) -> None:
    """The tests kill processes, never the machine: their SQLite files need no disk, whose flushes take their time."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
    if started := getattr(config, "workerinput", {}).get("forked_from"):
        forked.use(started)


def pytest_xdist_auto_num_workers() -> int:
    """More than there are processors: many tests wait for a service, or for a process that starts."""
    return (os.cpu_count() or 1) + 3


RUNNING = ExitStack()
"""What the process that started the test processes runs for all of them."""


def pytest_configure_node(node: Any) -> None:
    """One PostgreSQL server for all test processes, and one to fork from, started for the first of them."""
    node.workerinput["forked_from"] = forked.start_for_all()
    options = node.config.stash
    if POSTGRES not in options and (bin_folder := programs()):
        options[POSTGRES] = RUNNING.enter_context(running_postgres(bin_folder, settings=SHORT_LIVED)).port
    node.workerinput["postgres"] = options.get(POSTGRES, None)


def pytest_unconfigure() -> None:
    RUNNING.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files = dict.fromkeys(_file(item) for item in items)
    longest = [file for part in LONGEST for file in files if file.startswith(part)]
    waiting = [file for file in files if file.startswith(WAITING) and file not in longest]
    others = [file for file in files if file not in longest and file not in waiting]
    place = {file: float(number - len(longest)) for number, file in enumerate(longest)}
    place |= {file: float(number) for number, file in enumerate(others)}
    place |= {file: SPREAD_OVER * len(others) * number / len(waiting) for number, file in enumerate(waiting)}
    items.sort(key=lambda item: place[_file(item)])


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    from app import logs

    logs.configure("critical")


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    from tests.support.made_once import make_once

    with pytest.MonkeyPatch.context() as patch:
        make_once(patch)
        yield


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A real server."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip(MISSING)
    if port := getattr(request.config, "workerinput", {}).get("postgres"):
        yield PostgresServer(port)
        return
    with running_postgres(bin_folder, settings=SHORT_LIVED) as server:
        yield server


@pytest.fixture
def database() -> str:
    """A module that tests both has a fixture of its own with this name."""
    return "sqlite"


@pytest.fixture
def database_url(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> str:
    """Of one without rows; who opens it need not make all tables first."""
    if database == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.migrated_database()
    from tests.support.made_once import copy_tables

    copy_tables(tmp_path / "pointsman.db")
    return f"sqlite:///{tmp_path / 'pointsman.db'}"


@pytest.fixture
def empty_database_url(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> str:
    """Of one without tables."""
    if database == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path / 'pointsman.db'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if programs() is None:
        terminalreporter.write_line(f"{MISSING}: the tests on it were skipped.", yellow=True)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()
