"""The export of metric events: which clocks of a ticket begin and end, and what is not shown yet."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import ZendeskSandbox
from integrations.zendesk.metric_events import WireMetricEvents

EXPORT = "/incremental/ticket_metric_events.json"


@pytest.fixture
def start(zendesk: ZendeskSandbox) -> int:
    """A moment before everything that the test does."""
    zendesk.clock.hold()
    zendesk.clock.advance(300_000)  # far from what other tests made
    return int(zendesk.clock.now().timestamp())


def told(http: httpx.Client, start: int) -> tuple[list[tuple[int, str, int]], int]:
    """Ticket, kind and second of what our client makes of a page; and where the next one begins."""
    page = WireMetricEvents.model_validate(http.get(f"{EXPORT}?start_time={start}").json()).page(start)
    assert page.is_last
    return [(one.ticket_id, one.kind, int(one.at.timestamp()) - start) for one in page.events], page.end


def test_a_ticket_is_created_answered_in_public_and_solved(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, start: int
) -> None:
    ticket = zendesk.create_ticket(body="help")
    zendesk.clock.advance(100)
    zendesk.add_comment(ticket, "a note", author=zendesk.advocate_id, public=False)
    zendesk.clock.advance(100)
    zendesk.add_comment(ticket, "more from me")
    zendesk.clock.advance(100)
    zendesk.add_comment(ticket, "an answer", author=zendesk.advocate_id)
    zendesk.clock.advance(50)
    zendesk.add_comment(ticket, "and more", author=zendesk.advocate_id)
    zendesk.set_status(ticket, "solved")
    zendesk.clock.advance(59)
    assert told(zendesk_http, start)[0] == [(ticket, "created", 0), (ticket, "answered", 300)]
    zendesk.clock.advance(2)
    events, end = told(zendesk_http, start)
    assert events == [(ticket, "created", 0), (ticket, "answered", 300), (ticket, "solved", 350)]
    assert told(zendesk_http, end)[0] == [(ticket, "solved", 0)], "the last second comes again"


def test_refuses_a_start_that_is_too_recent_or_no_time(zendesk_http: httpx.Client, start: int) -> None:
    assert zendesk_http.get(f"{EXPORT}?start_time={start}").status_code == 422
    assert zendesk_http.get(f"{EXPORT}?start_time=now").status_code == 400
    assert zendesk_http.get(EXPORT).status_code == 400


def test_what_is_deleted_says_so(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, start: int) -> None:
    ticket = zendesk.create_ticket()
    zendesk.delete(ticket)
    zendesk.clock.advance(61)
    events = zendesk_http.get(f"{EXPORT}?start_time={start}").json()["ticket_metric_events"]
    assert [one["deleted"] for one in events if one["ticket_id"] == ticket] == [True] * 3
    assert ticket not in [one for one, *_ in told(zendesk_http, start)[0]]
