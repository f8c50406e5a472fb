"""`/readyz` while a service is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import House, open_house, wait_until


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Not shared: what waits for the service in it does not end."""
    with open_house(tmp_path) as house:
        yield house


def test_not_ready_while_a_service_is_down_and_says_which(house: House) -> None:
    house.sandbox.gitlab.stop()
    wait_until(lambda: house.web.get("/readyz").status_code == 503)  # what other services say is kept for a while
    parts = house.web.get("/readyz").json()["parts"]
    assert parts["zendesk"]["ready"] is True
    assert parts["gitlab"]["ready"] is False
