"""What acting on a ticket needs to know of it, from the ticket as Zendesk gives it."""

from __future__ import annotations

import pytest

from app.work.snapshot import ticket_read
from integrations.zendesk.snapshots import RequesterSnapshot
from tests.support.fakes import Clock, FakeZendesk


@pytest.mark.parametrize(
    ("via", "email", "reached"),
    [("twitter", "", True), ("email", "sam@example.org", True), ("api", "", False), ("voice", "", False)],
)
def test_whom_an_answer_reaches_is_known_of_the_ticket(via: str, email: str, reached: bool) -> None:
    snapshot = FakeZendesk(Clock()).add(via_channel=via, requester=RequesterSnapshot(7, "Sam Example", email))
    assert ticket_read(snapshot, public=False).requester_reached is reached
