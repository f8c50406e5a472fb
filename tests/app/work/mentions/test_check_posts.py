"""What a feed brought is asked for again: an hour later, a day later, and never more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from app.records.mentions import BACKFILL, StoredMention
from app.work.mentions.check_posts import MOST_AT_ONCE, check_posts
from app.work.messages import TriageTicket
from integrations.errors import IntegrationError
from integrations.feeds.feed import FeedPage, FeedPosition
from tests.app.work.mentions.conftest import POST, Mentioned

HOUR, DAY = 3600, 86_400


@dataclass
class Source:
    deleted: set[str] = field(default_factory=set)
    asked: list[list[str]] = field(default_factory=list)
    fails: bool = False

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        raise NotImplementedError

    def gone(self, ids: Sequence[str]) -> set[str]:
        self.asked.append([*ids])
        if self.fails:
            raise IntegrationError("feed_hn", "no answer")
        return self.deleted & {*ids}


def post(mentioned: Mentioned, number: int, **more: Any) -> StoredMention:
    url = f"https://news.ycombinator.com/item?id={number}"
    given = {"id": str(number), "url": url, "text": f"{POST['text']} {number}"}
    return mentioned.create(mentioned.take(**(given | more)))


def test_each_post_is_asked_for_twice(mentioned: Mentioned) -> None:
    source = Source()
    post(mentioned, 7)
    for seconds in (60, HOUR, HOUR, DAY, DAY, DAY):
        mentioned.clock.advance(seconds)
        assert check_posts(mentioned.deps, "hn", source).works == ()
    assert source.asked == [["7"], ["7"]]


def test_a_post_of_the_feeds_backfill_is_asked_for_like_its_own(mentioned: Mentioned) -> None:
    source = Source({"7"})
    post(mentioned, 7, carrier=f"{BACKFILL}hn")
    mentioned.clock.advance(HOUR)
    first, again = (check_posts(mentioned.deps, "hn", source).works for _ in range(2))
    assert [one.key for one in first] == [one.key for one in again] != []


def test_the_ticket_of_a_post_that_is_gone_is_told_once(mentioned: Mentioned) -> None:
    source = Source({"7"})
    stored = post(mentioned, 7)
    mentioned.clock.advance(HOUR)
    first, again = (check_posts(mentioned.deps, "hn", source).works for _ in range(2))
    (work,) = first
    assert isinstance(work, TriageTicket)
    assert work.ticket_id == stored.ticket_id
    assert [one.key for one in again] == [work.key], "a process may have died before it was queued"
    assert mentioned.row(stored).mention == {}
    assert source.asked == [["7"]]


def test_where_all_seem_gone_the_source_is_not_believed(mentioned: Mentioned) -> None:
    source = Source({"1", "2", "3"})
    for number in (1, 2, 3):
        post(mentioned, number)
    mentioned.clock.advance(HOUR)
    assert check_posts(mentioned.deps, "hn", source).works == ()


def test_a_source_that_fails_is_asked_again(mentioned: Mentioned) -> None:
    source = Source({"7"}, fails=True)
    post(mentioned, 7)
    mentioned.clock.advance(HOUR)
    with pytest.raises(IntegrationError):
        check_posts(mentioned.deps, "hn", source)
    source.fails = False
    assert len(check_posts(mentioned.deps, "hn", source).works) == 1


def test_a_few_are_asked_for_at_once_and_only_the_feeds_own(mentioned: Mentioned) -> None:
    source = Source()
    for number in range(MOST_AT_ONCE + 5):
        post(mentioned, number)
    post(mentioned, 100, carrier="")
    mentioned.clock.advance(HOUR)
    for _ in range(3):
        check_posts(mentioned.deps, "hn", source)
    assert [len(one) for one in source.asked] == [MOST_AT_ONCE, 5]
