"""One house for all tests of a module: starting and stopping takes seconds, tickets are cheap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.limiters import clock, workers
from tests.support.service import House, open_house

__all__ = ["clock", "workers"]


@pytest.fixture(scope="module")
def database() -> str:
    """A module that tests both has a fixture of its own with this name."""
    return "sqlite"


@pytest.fixture(scope="module")
def shared_house(
    tmp_path_factory: pytest.TempPathFactory, database: str, request: pytest.FixtureRequest
) -> Iterator[House]:
    environ = {}
    if database == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres").new_database()
    with open_house(tmp_path_factory.mktemp("house"), **environ) as house:
        yield house


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    """The shared house, with no faults left over from the test before."""
    yield shared_house
    for service in (shared_house.sandbox.zendesk, shared_house.sandbox.gitlab):
        service.faults.clear()
    shared_house.idle(seconds=60.0)  # a service that was down is not asked at once
