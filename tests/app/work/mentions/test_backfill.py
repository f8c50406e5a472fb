"""Older posts are worked through page by page: once each, up to the limit, on from there, whatever dies between."""

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
from app.work.jobs.backfill_state import BackfillState, BackfillStates, share_done
from app.work.mentions.backfill import NEWEST_ONLY, BackfillReader
from app.work.mentions.read_feed import FeedReader
from app.work.messages import Backfill, CreateMentionTicket, ReadFeed
from integrations.errors import IntegrationError, Refused, Unavailable
from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost, OlderPosts
from tests.support.fakes import Clock, FakeEngine, dependencies
from tests.support.rules import MACROS, routing

FEED = "feeds:\n  news: {type: rss, address: 'https://e.org/feed', channel: forum, look_for: gitlab}\n"
PER_PAGE = 2


@dataclass
class Source:
    """The newest first, two on a page."""

    posts: list[FeedPost] = field(default_factory=list)
    error: IntegrationError | None = None

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        del position
        return FeedPage(tuple(one for one in self.posts if one.published_at and one.published_at >= since))

    def older(self, before: str, since: datetime) -> OlderPosts:
        del since
        if self.error:
            raise self.error
        at = int(before or 0)
        following = str(at + PER_PAGE) if at + PER_PAGE < len(self.posts) else ""
        return OlderPosts(tuple(self.posts[at : at + PER_PAGE]), following)


class NewestOnly(Source):
    older = None  # type: ignore[assignment]


@dataclass
class Filling:
    reader: BackfillReader
    source: Source
    clock: Clock
    engine: FakeEngine
    records: Records

    def post(self, *days_ago: int, text: str = "gitlab is slow") -> None:
        self.source.posts += [
            FeedPost(f"p{one}", f"https://e.org/{one}", self.clock() - timedelta(days=one), text=f"{text} since {one}")
            for one in days_ago
        ]

    def asked(self, *, days: int = 30, left: int = 100, **more: Any) -> Backfill:
        since = self.clock.time.replace(hour=0) - timedelta(days=days)
        return Backfill(key="", accepted_at=self.clock(), feed="news", since=since, left=left, **more).keyed()

    def run(self, message: Backfill | None) -> list[CreateMentionTicket]:
        """All pages of a run; the tickets that are to be made."""
        made: list[CreateMentionTicket] = []
        while message:
            self.engine.works.clear()
            self.reader.run(message)
            queued = [work.message for work in self.engine.works]
            made += [one for one in queued if isinstance(one, CreateMentionTicket)]
            message = next((one for one in queued if isinstance(one, Backfill)), None)
        return made

    def state(self, message: Backfill) -> BackfillState:
        state = BackfillStates(self.records.progress).of(message)
        assert state
        return state


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[Filling]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine, source = Clock(), FakeEngine(), Source()
    rules = load(routing(more=FEED), MACROS)
    deps = replace(
        dependencies(records, engine=engine, clock=clock),
        rulebook=cast("Any", SimpleNamespace(current=lambda: rules)),
    )
    yield Filling(BackfillReader(deps, lambda _name, _config: source), source, clock, engine, records)
    records.close()


def test_all_posts_since_then_become_tickets_that_nobody_waits_for(filling: Filling) -> None:
    filling.post(1, 2, 3, 20, 40)
    asked = filling.asked()
    made = filling.run(asked)
    assert len(made) == 4
    assert {(one.mode, one.bulk) for one in made} == {("suggest", True)}
    state = filling.state(asked)
    assert (state.state, state.read, state.tickets) == ("ended", 4, 4)
    assert share_done(asked, state, filling.clock()) == 1.0


def test_the_feeds_own_position_stays(filling: Filling) -> None:
    status = FeedStatus("news", "2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", {"after": "7"})
    filling.records.feeds.keep(status)
    filling.post(1, 2)
    filling.run(filling.asked())
    assert filling.records.feeds.of("news", filling.clock()) == status


def test_the_limit_ends_a_run_and_the_next_one_goes_on(filling: Filling) -> None:
    filling.post(1, 2, 3, 4, 5)
    first = filling.asked(left=3)
    assert len(filling.run(first)) == 3
    state = filling.state(first)
    assert state.state == "limit"
    following = filling.asked(run=state.run + 1, before=state.before)
    made = {one.mention_id for one in filling.run(following)}
    assert filling.state(first).state == "ended"
    assert len(filling.records.mentions.newest(limit=10)) == 5
    assert len(made) >= 2


def test_a_page_that_is_read_again_after_a_crash_counts_once(filling: Filling) -> None:
    filling.post(1, 2, 3)
    asked = filling.asked()
    filling.reader.read(asked)
    again = filling.reader.read(asked)
    assert len(again.works) == 2, "their work may not have been queued"
    assert filling.state(asked).tickets == 2


def test_what_the_feed_left_out_as_too_old_is_taken_now(filling: Filling) -> None:
    filling.post(3, 10)
    feed = FeedReader(filling.reader.deps, lambda _name, _config: filling.source)
    filling.clock.advance(1)
    feed.run(ReadFeed(key="k", accepted_at=filling.clock(), feed="news"))
    for post in filling.source.posts:  # the first look was later than they were written
        assert post.published_at
    assert len(filling.run(filling.asked())) == 2


def test_what_is_left_out_is_counted_by_its_reason(filling: Filling) -> None:
    filling.post(1)
    filling.post(2, text="about something else")
    asked = filling.asked()
    assert len(filling.run(asked)) == 1
    assert filling.state(asked).left_out == {"names nothing that is looked for": 1}


def test_a_source_without_older_posts_says_so(filling: Filling) -> None:
    filling.source.__class__ = NewestOnly
    filling.post(1, 2, 40)
    asked = filling.asked()
    assert len(filling.run(asked)) == 2
    assert (filling.state(asked).state, filling.state(asked).why) == ("ended", NEWEST_ONLY)


@pytest.mark.parametrize(
    ("error", "state", "tried_again"),
    [
        (Refused("feed_news", "DISQUS_KEY is not set"), "failed", False),
        (Unavailable("feed_news", "down"), "reading", True),
    ],
    ids=["refused", "down"],
)
def test_a_source_that_does_not_answer_is_seen(
    filling: Filling, error: IntegrationError, state: str, *, tried_again: bool
) -> None:
    filling.source.error = error
    asked = filling.asked()
    filling.reader.run(asked)
    assert (filling.state(asked).state, filling.state(asked).why) == (state, str(error))
    assert [work.message.attempt for work in filling.engine.works] == ([2] if tried_again else [])


def test_the_bar_goes_from_the_newest_to_the_first_day(filling: Filling) -> None:
    filling.post(*range(1, 21))
    asked = filling.asked(days=20)
    shares = []
    message: Backfill | None = asked
    while message:
        message = filling.reader.read(message).following
        shares.append(share_done(asked, filling.state(asked), filling.clock()))
    assert shares == sorted(shares)
    assert shares[0] < 0.2
    assert shares[-1] == 1.0
