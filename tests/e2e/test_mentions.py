"""What people wrote elsewhere becomes exactly one ticket each, judged like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.records.mentions import StoredMention
from integrations.sandbox.faults import Fault, Kind
from tests.support.harness import Harness, running_harness, wait_until

SECRET = "secret-of-the-mentions"
COMMENT: dict[str, Any] = {
    "source": "hackernews",
    "id": "39012345",
    "url": "https://news.ycombinator.com/item?id=39012345",
    "author": {"name": "", "handle": "pg"},
    "html": "<p>GitLab 16.4 loses my <a href='https://example.com/x'>board filters</a>, and an error 500 follows.",
    "published_at": "2026-11-28T10:00:00Z",
    "thread": {
        "id": "39012000",
        "title": "GitLab 16.4 released",
        "url": "https://news.ycombinator.com/item?id=39012000",
    },
}


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    with running_harness(tmp_path, MENTIONS_WEBHOOK_SECRET=SECRET) as harness:
        yield harness


def hand_over(harness: Harness, mentions: object, secret: str = SECRET) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return harness.web.post("/webhooks/mentions", json=mentions, headers=headers).status_code


def ticket_of(harness: Harness, source: str = "hackernews", native_id: str = "39012345") -> dict[str, Any]:
    def found() -> list[StoredMention]:
        mentions = harness.service.deps.records.mentions.newest(limit=100, state="created")
        return [one for one in mentions if (one.source, one.native_id) == (source, native_id)]

    wait_until(found)
    return harness.sandbox.zendesk.ticket(found()[0].ticket_id or 0)


def test_a_mention_becomes_a_ticket_that_is_judged(harness: Harness) -> None:
    assert hand_over(harness, COMMENT) == 202
    ticket = ticket_of(harness)
    decision = harness.decision(ticket["id"])
    assert decision["archetype"] == "bug_report"
    assert "channel__hackernews" in ticket["tags"]
    assert ticket["external_id"] == "mention:hackernews:39012345"
    assert "[board filters](https://example.com/x)" in ticket["comments"][0]["plain_body"]
    assert (
        "Posted on Hacker News, 2026-11-28 10:00 UTC: https://news.ycombinator.com/item?id=39012345"
        in ticket["comments"][0]["plain_body"]
    )


def test_the_same_post_makes_one_ticket_however_it_comes(harness: Harness) -> None:
    by_alert = {**COMMENT, "id": "F5BOT-alert-1", "url": "https://hn.algolia.com/item?id=39012345&utm_source=f5bot"}
    assert [hand_over(harness, one) for one in (COMMENT, COMMENT, [by_alert], by_alert)] == [202] * 4
    harness.idle()
    assert len(harness.sandbox.zendesk.ticket_ids()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_lost_answer_makes_no_second_ticket(harness: Harness, kind: Kind) -> None:
    harness.sandbox.zendesk.faults.add(Fault(method="POST", path=r".*/tickets(\.json)?", kind=kind))
    assert hand_over(harness, COMMENT) == 202
    ticket = ticket_of(harness)
    assert harness.decision(ticket["id"], seconds=30)["state"] == "done"
    assert len(harness.sandbox.zendesk.ticket_ids()) == 1


def test_what_is_wrong_is_named_and_the_rest_is_taken(harness: Harness) -> None:
    items = [COMMENT, {"source": "hackernews", "id": "7"}, {**COMMENT, "source": "hackernewz", "id": "8"}]
    assert hand_over(harness, items) == 202
    assert ticket_of(harness)
    harness.idle()
    failures = harness.desk("/api/failures").json()["failures"]
    assert [one["message"] for one in failures] == [
        "Item 2: `url` is missing. `source`: routing.yaml has no channel `hackernewz`. Did you mean `hackernews`?"
    ]


def test_without_the_secret_nothing_is_taken(harness: Harness) -> None:
    assert hand_over(harness, COMMENT, secret="guess") == 401
    assert harness.web.post("/webhooks/mentions", json=COMMENT).status_code == 401
