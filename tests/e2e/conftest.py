"""One harness for all tests of a module: starting and stopping takes seconds, tickets are cheap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.harness import Harness, running_harness
from tests.support.limiters import clock, workers

__all__ = ["clock", "workers"]


@pytest.fixture(scope="module")
def database() -> str:
    """A module that tests both has a fixture of its own with this name."""
    return "sqlite"


@pytest.fixture(scope="module")
def shared_harness(
    tmp_path_factory: pytest.TempPathFactory, database: str, request: pytest.FixtureRequest
) -> Iterator[Harness]:
    environ = {}
    if database == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres").migrated_database()
    with running_harness(tmp_path_factory.mktemp("harness"), **environ) as harness:
        yield harness


@pytest.fixture
def harness(shared_harness: Harness) -> Iterator[Harness]:
    """The shared harness, with no faults left over from the test before."""
    yield shared_harness
    for service in (shared_harness.sandbox.zendesk, shared_harness.sandbox.gitlab):
        service.faults.clear()
    shared_harness.idle()  # a service that was down is not asked at once
