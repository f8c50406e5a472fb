"""For all tests: logs as in production, and quiet."""

from __future__ import annotations

import pytest

from app import logs


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.configure("critical")
