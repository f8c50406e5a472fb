"""Mentions and the posts that they belong to, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.records.decisions import Decision
from app.records.mentions import REMOVED, REPOST, NewMention, StoredMention
from app.records.records import Records

AT, DAY_BEFORE, LATER = "2026-01-02T00:00:00+00:00", "2026-01-01T00:00:00+00:00", "2026-01-03T00:00:00+00:00"
POST = NewMention(
    source="reddit", native_id="1", url="https://e.org/1", address="https://e.org/1", thread="t", carrier="feed",
    mention={"id": "1", "in_reply_to": "0"}, wording="w", repost_digest="r",
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def take(records: Records, given: NewMention = POST, **changes: Any) -> StoredMention:
    return records.mentions.take(given, lambda _known, _given: changes, now=AT, day_before=DAY_BEFORE)


def test_a_post_is_one_row_from_its_first_sight_to_its_end(records: Records) -> None:
    mentions = records.mentions
    first = take(records)
    assert take(records) == first
    assert take(records, replace(POST, source="news", native_id="x")).id == first.id, "by its address"
    assert take(records, replace(POST, native_id="2", address="")).why == REPOST
    assert mentions.sending(first.id)
    assert not mentions.sending(first.id)
    assert take(records, newer={"id": "new"}, news="edited:n").newer == {"id": "new"}
    mentions.created(first.id, 7)
    known = mentions.of_ticket(7)
    assert known is not None
    assert (known.state, known.mention, known.newer) == ("created", {"id": "new"}, {})
    assert [one.id for one in mentions.unchecked("feed", checks=0, since=DAY_BEFORE, before=LATER, limit=9)] == [
        first.id
    ]
    mentions.checked([first.id], 1)
    assert mentions.unchecked("feed", checks=0, since=DAY_BEFORE, before=LATER, limit=9) == []
    take(records, news=REMOVED, edited_at=AT)
    assert [one.id for one in mentions.removed_since("feed", AT)] == [first.id]


def test_one_that_was_left_out_is_released(records: Records) -> None:
    stored = take(records, replace(POST, left_out="no words"))
    with records.engine.begin() as connection:
        records.mentions.release(connection, stored.id)
    (released,) = records.mentions.newest(limit=5, state="waiting", thread="t", source="reddit")
    assert (released.id, released.why) == (stored.id, "")


def test_posts_are_listed_by_their_newest_comment(records: Records) -> None:
    asked, answer = (
        take(records, replace(POST, native_id="0")),
        take(records, replace(POST, address="", repost_digest="")),
    )
    assert records.mentions.answered_by(answer) == asked
    (thread,) = records.mentions.threads(DAY_BEFORE, limit=5)
    assert (thread.source, thread.thread, thread.newest_at) == ("reddit", "t", AT)
    for ticket_id, event in ((1, "ticket.created"), (2, "answered")):
        row = Decision(
            run_id=f"{ticket_id}", ticket_id=ticket_id, event=event, state="done", summary="", thread="t",
            channel="reddit", decided_at=AT, update_state="applied",
        )  # fmt: skip
        records.decisions.save(row)
    assert records.decisions.threads(DAY_BEFORE, limit=5) == [thread]
    assert [(one.ticket_id, one.is_answer) for one in records.decisions.of_thread("t", "reddit")] == [
        (2, True),
        (1, False),
    ]
