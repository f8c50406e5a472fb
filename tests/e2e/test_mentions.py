"""What people wrote elsewhere becomes exactly one ticket each, judged like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.records.mentions import StoredMention
from app.work.mentions import read_feed
from integrations.sandbox.faults import Fault, Kind
from tests.support.harness import Harness, running_harness, wait_until
from tests.support.paths import ROOT

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
    assert harness.decision(ticket["id"])["state"] == "done"
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


def look(harness: Harness, key: str) -> None:
    """What the clock does every minute."""
    feeds = read_feed.feed_works(key, harness.service.deps.now(), harness.service.deps.rulebook.current())
    harness.service.deps.engine.accept(feeds)
    harness.idle()


def test_what_people_write_elsewhere_arrives_by_itself(tmp_path: Path) -> None:
    rules = tmp_path / "routing.yaml"
    shipped = (ROOT / "routing.yaml").read_text(encoding="utf-8")
    rules.write_text(shipped, encoding="utf-8")
    with running_harness(tmp_path, MENTIONS_WEBHOOK_SECRET=SECRET, ROUTING_FILE=str(rules)) as harness:
        site, since = harness.sandbox.feeds, "since: 2020-01-01"
        rules.write_text(
            f"""{shipped}
feeds:
  hackernews: {{type: hackernews, channel: hackernews, look_for: gitlab, address: {site.url}/hackernews, {since}}}
  forum: {{type: discourse, channel: forum, address: {site.url}/forum, {since}}}
  lobsters: {{type: rss, channel: lobsters, address: {site.url}/rss/lobsters, look_for: gitlab, {since}}}
  stackoverflow:
    {{type: stackexchange, channel: stackoverflow, tags: gitlab, address: {site.url}/stackexchange, {since}}}
""",
            encoding="utf-8",
        )
        harness.service.deps.rulebook.refresh()
        comment = site.write("hackernews", "GitLab 16.4 loses my board filters, error 500", thread="GitLab 16.4")
        site.write("hackernews", "Something else", thread="Rust")
        site.write("forum", "<p>How do I set up a runner?</p>", title="Runner", author="ada")
        site.write("lobsters", "<p>GitLab is great</p>", thread="Git hosts")
        site.write("stackexchange", "<p>My job fails</p>", title="Runner can't find docker")
        by_service = {**COMMENT, "id": "F5BOT-1", "url": f"https://news.ycombinator.com/item?id={comment}"}
        assert hand_over(harness, by_service) == 202
        look(harness, "one")
        tickets = [harness.sandbox.zendesk.ticket(ticket_id) for ticket_id in harness.sandbox.zendesk.ticket_ids()]
        channels = sorted(tag for ticket in tickets for tag in ticket["tags"] if tag.startswith("channel__"))
        assert channels == ["channel__forum", "channel__hackernews", "channel__lobsters", "channel__stackoverflow"]
        states = {one.name: one.state for one in harness.service.deps.records.feeds.all()}
        assert states == {"forum": "items", "hackernews": "empty", "lobsters": "items", "stackoverflow": "items"}


def comments_of(harness: Harness, ticket_id: int) -> list[str]:
    return [one["plain_body"] for one in harness.sandbox.zendesk.ticket(ticket_id)["comments"]]


def where_kept(harness: Harness, words: str) -> list[str]:
    """The columns of our database, and of the queue's tables in it, that hold the words."""
    database = harness.service.deps.records.engine
    with database.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        columns = [(table, one["name"]) for table in tables for one in sa.inspect(connection).get_columns(table)]
        return [
            f"{table}.{column}"
            for table, column in columns
            if connection.execute(
                sa.select(sa.literal(1))
                .select_from(sa.table(table, sa.column(column)))
                .where(sa.cast(sa.column(column), sa.Text).contains(words))
                .limit(1)
            ).first()
        ]


def test_a_post_is_followed_to_its_end(harness: Harness) -> None:
    """Each piece of news is one note, although answers are lost and all is handed over twice."""
    lost = Fault(method="PUT", path=r".*/tickets/\d+(\.json)?", kind="drop_after")
    assert hand_over(harness, COMMENT) == 202
    ticket_id = ticket_of(harness)["id"]
    harness.decision(ticket_id)
    edited = {**COMMENT, "html": COMMENT["html"] + " EDIT: also on 16.5"}
    answer = {
        **COMMENT,
        "id": "39012399",
        "url": "https://news.ycombinator.com/item?id=39012399",
        "author": {"handle": "gitlab"},
        "html": "It is mended.",
        "in_reply_to": "39012345",
    }
    harness.sandbox.zendesk.faults.add(lost)
    assert [hand_over(harness, one) for one in (edited, [edited])] == [202, 202]
    harness.idle()
    assert sum("The author changed the post" in one for one in comments_of(harness, ticket_id)) == 1
    assert sum("also on 16.5" in one for one in comments_of(harness, ticket_id)) == 1
    (post,) = harness.desk("/api/threads").json()["threads"]
    assert (post["title"], post["waiting"]) == ("GitLab 16.4 released", 1)
    harness.sandbox.zendesk.faults.add(lost)
    assert [hand_over(harness, one) for one in (answer, [answer])] == [202, 202]
    harness.idle()
    assert harness.sandbox.zendesk.ticket(ticket_id)["status"] == "solved"
    assert where_kept(harness, "board filters")
    assert sum("Answered on the post by gitlab" in one for one in comments_of(harness, ticket_id)) == 1
    assert hand_over(harness, {**COMMENT, "html": "", "deleted": True}) == 202
    harness.idle()
    assert sum("The post was deleted" in one for one in comments_of(harness, ticket_id)) == 1
    assert where_kept(harness, "board filters") == []
    (left_out,) = harness.desk("/api/mentions?state=left_out").json()["mentions"]
    assert left_out["why"] == "by one of us"
    assert len(harness.sandbox.zendesk.ticket_ids()) == 1
    assert harness.desk("/api/failures").json()["failures"] == []
