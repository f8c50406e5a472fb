"""The incremental export: what it shows, and what it does not show yet."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import ZendeskSandbox

EXPORT = "/incremental/tickets/cursor.json"


@pytest.fixture
def start(zendesk: ZendeskSandbox) -> int:
    """A moment before everything that the test does."""
    zendesk.clock.hold()
    zendesk.clock.advance(100_000)
    return int(zendesk.clock.now().timestamp())


def test_the_last_minute_is_never_shown(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, start: int) -> None:
    ids = [zendesk.create_ticket() for _ in range(3)]
    zendesk.clock.advance(59)
    empty = zendesk_http.get(f"{EXPORT}?start_time={start - 10}").json()
    assert (empty["tickets"], empty["end_of_stream"]) == ([], True)
    zendesk.clock.advance(2)
    late = zendesk.create_ticket()
    first = zendesk_http.get(f"{EXPORT}?start_time={start - 10}&per_page=2&include=users").json()
    assert ([ticket["id"] for ticket in first["tickets"]], first["end_of_stream"]) == (ids[:2], False)
    assert first["users"]
    rest = zendesk_http.get(first["after_url"]).json()
    assert ([ticket["id"] for ticket in rest["tickets"]], rest["end_of_stream"]) == (ids[2:], True)
    zendesk.delete(ids[0])
    zendesk.clock.advance(61)
    later = zendesk_http.get(f"{EXPORT}?cursor={rest['after_cursor']}").json()
    assert {ticket["id"]: ticket["status"] for ticket in later["tickets"]} == {late: "new", ids[0]: "deleted"}


def test_refuses_a_start_that_is_too_recent_and_a_broken_cursor(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, start: int
) -> None:
    assert zendesk_http.get(f"{EXPORT}?start_time={start}").status_code == 422
    for query in ("", "cursor=x", "start_time=now", "start_time=1&per_page=2000"):
        assert zendesk_http.get(f"{EXPORT}?{query}").status_code == 400
    zendesk.limits.incremental_per_minute = 1
    zendesk.clock.advance(60)
    answers = [zendesk_http.get(f"{EXPORT}?start_time=1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
