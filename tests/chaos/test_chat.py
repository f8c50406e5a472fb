"""The kill test's reading of the chat: what is said twice is found whatever numbers it has."""

from __future__ import annotations

import pytest

from app.records.announcements import Announcement, AnnouncementState
from tests.chaos.chat import chat_problems

FIRST = "10 stability complaints in 10 minutes, no incident open\n11:00 to 11:04 UTC, from Twitter (10)"
AGAIN = "12 stability complaints in 10 minutes, incident: https://x.test/1\n11:01 to 11:06 UTC, from Twitter (12)"
SPIKE = "spike:stability_complaint"


def claim(state: AnnouncementState) -> Announcement:
    return Announcement(f"{SPIKE}:first", "spike", state, FIRST, "", "2026-01-01T11:04:00+00:00")


@pytest.mark.parametrize(
    ("texts", "claims", "failures", "problem"),
    [
        ([FIRST], [claim("sent")], 0, ""),
        ([FIRST], [claim("unknown")], 1, ""),
        ([], [claim("unknown")], 1, ""),
        ([], [claim("claimed")], 0, ""),
        ([FIRST, AGAIN], [claim("sent")], 0, f"2 times in the chat: {SPIKE}"),
        ([FIRST], [], 0, f"in the chat without a claim: {SPIKE}"),
        ([], [claim("sent")], 0, f"sent, but not in the chat: {SPIKE}"),
        ([], [claim("free")], 0, f"never said in the chat: {SPIKE}"),
        ([FIRST], [claim("unknown")], 0, "0 failures of the chat for 1 messages that may be there"),
    ],
)
def test_a_spike_is_said_once_or_is_a_failure(
    texts: list[str], claims: list[Announcement], failures: int, problem: str
) -> None:
    found = list(chat_problems([{"text": text} for text in texts], claims, {SPIKE}, failures=failures))
    assert problem in found if problem else not found
