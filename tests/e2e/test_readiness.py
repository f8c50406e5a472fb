"""`/readyz` while a service is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, running_harness, wait_until


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """Not shared: what waits for the service in it does not end."""
    with running_harness(tmp_path) as harness:
        yield harness


def test_not_ready_while_a_service_is_down_and_says_which(harness: Harness) -> None:
    harness.sandbox.gitlab.stop()
    # What other services say is kept for a while.
    wait_until(lambda: harness.web.get("/readyz").status_code == 503, pause=0.1)
    parts = harness.web.get("/readyz").json()["parts"]
    assert parts["zendesk"]["ready"] is True
    assert parts["gitlab"]["ready"] is False
