"""The desk's API: closed without its token, and what it answers."""

from __future__ import annotations

import pytest

from tests.support.harness import DESK_TOKEN, Harness

PATHS = [
    ("GET", "/api/tickets/1"),
    ("GET", "/api/decisions"),
    ("GET", "/api/mentions"),
    ("POST", "/api/mentions/1/take"),
    ("GET", "/api/threads"),
    ("GET", "/api/feeds"),
    ("GET", "/api/failures"),
    ("POST", "/api/failures/1/retry"),
    ("POST", "/api/failures/1/ignore"),
    ("POST", "/api/failures/retry"),
    ("GET", "/api/pause"),
    ("POST", "/api/pause"),
    ("POST", "/api/resume"),
    ("POST", "/api/explain"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", f"Basic {DESK_TOKEN}", f"Bearer {DESK_TOKEN}x"]
)
def test_nothing_is_told_without_the_token(harness: Harness, method: str, path: str, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = harness.web.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_token_is_not_taken_from_the_address(harness: Harness) -> None:
    assert harness.web.get(f"/api/decisions?token={DESK_TOKEN}&access_token={DESK_TOKEN}").status_code == 401


def test_an_unknown_ticket_is_said_to_be_unknown(harness: Harness) -> None:
    answer = harness.desk("/api/tickets/999999")
    assert answer.status_code == 404
    assert "999999" in answer.json()["detail"]


@pytest.mark.parametrize("ticket_id", ["0", "-1", "abc", str(2**64)])
def test_a_number_that_is_no_ticket_is_refused(harness: Harness, ticket_id: str) -> None:
    assert harness.desk(f"/api/tickets/{ticket_id}").status_code == 422


def test_decisions_are_listed_newest_first_and_by_archetype(harness: Harness) -> None:
    first, _ = harness.triaged("@gitlab kudos to the team for everything!")
    second, _ = harness.triaged("This Tweet is no longer available.")
    listed = harness.desk("/api/decisions?limit=2").json()["decisions"]
    assert [one["ticket_id"] for one in listed] == [second["ticket_id"], first["ticket_id"]]
    removed = harness.desk("/api/decisions?archetype=tweet_removed").json()["decisions"]
    assert {one["archetype"] for one in removed} == {"tweet_removed"}


def test_explains_a_text_and_a_ticket_and_writes_nothing(harness: Harness) -> None:
    text = harness.desk("/api/explain", "POST", json={"text": "pls disable 2fa / user tonorv"}).json()
    assert text["archetype"] == "two_factor_reset"
    assert text["why_this"]["line"] > 0
    assert any(line.startswith("would: ") for line in text["would"])
    ticket_id = harness.ticket("@gitlab kudos to the team for everything!")
    before = harness.sandbox.zendesk.ticket(ticket_id)
    assert harness.desk("/api/explain", "POST", json={"ticket_id": ticket_id}).json()["archetype"] == "mention"
    assert harness.sandbox.zendesk.ticket(ticket_id) == before
    assert harness.desk(f"/api/tickets/{ticket_id}").status_code == 404


def test_explains_a_ticket_that_was_decided_before_as_if_it_were_new(harness: Harness) -> None:
    decision, _ = harness.triaged("@gitlab kudos to the team for everything!")
    again = harness.desk("/api/explain", "POST", json={"ticket_id": decision["ticket_id"]}).json()
    assert again["decided_by"] == decision["decided_by"] == "route:praise"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"text": "a", "ticket_id": 1}, 422),
        ({"ticket": {"organization": 7}}, 422),
        ({"txet": "a"}, 422),
        ({"ticket_id": 999999}, 404),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(harness: Harness, asked: dict[str, object], status: int) -> None:
    answer = harness.desk("/api/explain", "POST", json=asked)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_health_readiness_and_metrics_need_no_token(harness: Harness) -> None:
    assert harness.web.get("/healthz").json() == {"status": "alive"}
    ready = harness.web.get("/readyz")
    assert ready.status_code == 200
    own = {"database", "queue", "workflows", "config", "pauses", "feeds", "setup"}
    assert set(ready.json()["parts"]) == own | {"zendesk", "groups", "gitlab", "trackers"}
    harness.triaged("@gitlab kudos to the team for everything!")
    metrics = harness.web.get("/metrics").text
    assert 'pointsman_deliveries_total{outcome="stored",source="zendesk"}' in metrics
    assert "pointsman_delivery_to_done_seconds_count" in metrics
