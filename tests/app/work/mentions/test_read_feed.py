"""A feed is read on, whatever happens between: nothing is lost, nothing is taken twice, a blocked one is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.records.feeds import FeedStatus
from app.records.records import Records
from app.rules.loading import load
from app.work.mentions.read_feed import FeedReader
from app.work.messages import CreateMentionTicket, ReadFeed
from integrations.errors import IntegrationError, NotSent, RateLimited, Refused
from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost
from tests.support.fakes import Clock, FakeEngine, dependencies
from tests.support.rules import MACROS, routing

FEED = "feeds:\n  news: {type: rss, address: 'https://e.org/feed', channel: forum, look_for: gitlab, most_at_once: 3}\n"


@dataclass
class FakeFeed:
    posts: list[FeedPost] = field(default_factory=list)
    error: Exception | None = None
    asked: list[FeedPosition] = field(default_factory=list)
    wait: float = 0.0

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        del since
        self.asked.append(position)
        if self.error is not None:
            raise self.error
        return FeedPage(tuple(self.posts), FeedPosition(after=str(len(self.asked))), self.wait)


@dataclass
class Reading:
    reader: FeedReader
    feed: FakeFeed
    clock: Clock
    records: Records
    engine: FakeEngine

    def look(self) -> list[int]:
        """The mentions that are to become tickets now."""
        self.engine.works.clear()
        self.reader.run(ReadFeed(key="k", accepted_at=self.clock(), feed="news"))
        messages = [work.message for work in self.engine.works]
        return [one.mention_id for one in messages if isinstance(one, CreateMentionTicket)]

    def later(self) -> list[int]:
        self.clock.advance(3600)
        return self.look()

    @property
    def status(self) -> FeedStatus:
        return self.records.feeds.of("news", self.clock())

    def post(self, native_id: str, text: str = "gitlab is slow", **more: Any) -> None:
        self.feed.posts.append(
            FeedPost(id=native_id, url=f"https://e.org/{native_id}", published_at=self.clock(), text=text, **more)
        )


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine, feed = Clock(), FakeEngine(), FakeFeed()
    rules = load(routing(more=FEED), MACROS)
    deps = replace(
        dependencies(records, engine=engine, clock=clock),
        rulebook=cast("Any", SimpleNamespace(current=lambda: rules)),
    )
    reading = Reading(FeedReader(deps, lambda _name, _config: feed), feed, clock, records, engine)
    reading.look()  # the first look is when everything begins
    yield reading
    records.close()


def test_a_post_is_taken_once_however_often_it_is_read(reading: Reading) -> None:
    reading.post("1")
    first = reading.later()
    assert len(first) == 1
    assert reading.later() == first, "it has no ticket yet: a run that was cut off left it"
    reading.records.mentions.created(first[0], 7)
    assert reading.later() == []


def test_the_position_is_kept_and_a_source_is_left_alone_until_it_is_due(reading: Reading) -> None:
    reading.look()
    assert len(reading.feed.asked) == 1, "it is not due"
    reading.later()
    assert reading.feed.asked[1] == FeedPosition(after="1")


def test_a_source_that_asks_for_patience_gets_it(reading: Reading) -> None:
    reading.feed.wait = 7200
    reading.later()
    reading.later()
    assert len(reading.feed.asked) == 2


@pytest.mark.parametrize("asked", [1e300, float("inf"), float("nan")])
def test_no_source_is_left_alone_for_more_than_a_day(reading: Reading, asked: float) -> None:
    reading.feed.wait = asked
    reading.later()
    assert datetime.fromisoformat(reading.status.next_look_at) - reading.clock() == timedelta(days=1)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (Refused("feed_news", "answered 403"), timedelta(hours=1)),
        (RateLimited("feed_news", "answered 429", retry_after=7000), timedelta(seconds=7000)),
        (IntegrationError("feed_news", "the answer cannot be read"), timedelta(minutes=5)),
        (OverflowError("a date that no calendar has"), timedelta(minutes=5)),
    ],
    ids=["refused", "limited", "robot page", "what no adapter bears"],
)
def test_a_blocked_source_is_seen_and_not_pestered(reading: Reading, error: Exception, wait: timedelta) -> None:
    reading.feed.error = error
    reading.later()
    status = reading.status
    assert (status.state, status.blocked_looks) == ("blocked", 1)
    assert datetime.fromisoformat(status.next_look_at) - reading.clock() == wait
    assert status.position == {"after": "1", "etag": "", "modified": ""}


def test_people_are_told_once_of_a_source_that_stays_blocked(reading: Reading) -> None:
    reading.feed.error = Refused("feed_news", "answered 403")
    for _ in range(6):
        reading.clock.advance(86_400)
        reading.look()
    (failure,) = reading.records.failures.newest(limit=10)
    assert failure.attempts == 6
    assert failure.message.startswith("The feed news was blocked 6 times in a row")


def test_our_own_limit_is_no_fault_of_the_source(reading: Reading) -> None:
    reading.feed.error = NotSent("feed_news", "no room")
    for _ in range(6):
        reading.later()
    assert reading.records.failures.newest(limit=10) == []


def test_what_is_left_out_is_kept_with_its_reason(reading: Reading) -> None:
    reading.post("1", "about something else")
    assert reading.later() == []
    (mention,) = reading.records.mentions.newest(limit=10)
    assert (mention.state, mention.why) == ("left_out", "names nothing that is looked for")


def test_too_many_at_once_are_held_for_a_person(reading: Reading) -> None:
    for number in range(5):
        reading.post(str(number))
    assert len(reading.later()) == 3
    held = reading.records.mentions.newest(limit=10, state="left_out")
    assert {one.why for one in held} == {"held: too many at once"}


def test_an_odd_post_holds_up_no_other(reading: Reading) -> None:
    reading.feed.posts.append(FeedPost(id="x", url="no address", published_at=None, text="gitlab"))
    reading.post("1")
    assert len(reading.later()) == 1
    assert str(reading.status.state) == "items"


def test_nothing_new_and_items_are_told_apart(reading: Reading) -> None:
    reading.later()
    assert reading.status.state == "empty"
    reading.post("1")
    reading.later()
    assert str(reading.status.state) == "items"
