"""The incremental export and the search: what they show, and what they do not show yet."""

from __future__ import annotations

import itertools

import httpx
import pytest

from integrations.sandbox import ZendeskSandbox

_tags = itertools.count(1)
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
    without = zendesk_http.get(f"{EXPORT}?cursor={rest['after_cursor']}&exclude_deleted=true").json()
    assert [ticket["id"] for ticket in without["tickets"]] == [late]


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


@pytest.fixture
def tag(start: int) -> str:
    """Of this test's tickets only."""
    return f"only_{next(_tags)}"


def test_the_search_lags_behind(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, tag: str) -> None:
    ticket_id = zendesk.create_ticket(subject="needle one", body="hay", tags=[tag])
    query = {"query": f"type:ticket tags:{tag}"}
    assert zendesk_http.get("/search", params=query).json()["results"] == []
    zendesk.clock.advance(61)
    found = zendesk_http.get("/search", params=query).json()
    assert [(row["id"], row["result_type"]) for row in found["results"]] == [(ticket_id, "ticket")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("needle", True),
        ('"two words"', True),
        ("status<solved", True),
        ("status>=solved", False),
        ("status:new subject:needle", True),
        ("created>2020-01-01 requester:find@me.example", True),
        ("updated<2020-01-01", False),
        ("priority:high", False),
    ],
)
def test_search_terms(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, tag: str, query: str, found: bool) -> None:
    ticket_id = zendesk.create_ticket(
        subject="needle",
        body="has two words",
        requester={"name": "F", "email": "find@me.example"},
        tags=[tag],
    )
    zendesk.clock.advance(61)
    params = {"query": f"{query} tags:{tag}", "sort_by": "updated_at", "sort_order": "asc"}
    results = zendesk_http.get("/search", params=params).json()["results"]
    assert [row["id"] for row in results] == ([ticket_id] if found else [])


def test_search_refuses_unknown_words_and_far_pages(zendesk_http: httpx.Client) -> None:
    assert zendesk_http.get("/search", params={"query": "colour:red"}).status_code == 400
    assert zendesk_http.get("/search", params={"query": "a", "page": "11"}).status_code == 422
