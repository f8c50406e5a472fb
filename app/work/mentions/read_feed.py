"""The workflow: read what is new in one feed. What fails delays this feed alone, and its position stays."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.feeds.filter import FeedFilter
from app.metrics import MENTIONS
from app.records.failures import Failure
from app.records.feeds import FeedStatus
from app.records.mentions import StoredMention
from app.rules.loading import Rules
from app.rules.schema.feeds import FeedConfig
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.mentions.change import TOO_MANY
from app.work.mentions.check_posts import check_posts
from app.work.mentions.feed_post import mention_of
from app.work.mentions.taken import Taken, queue, take_mention, taken_of
from app.work.messages import ReadFeed, Work
from app.work.tickets.short_links import ShortLinkFinder
from integrations.errors import IntegrationError, NotSent, RateLimited, Refused, Unavailable
from integrations.feeds.feed import Feed, FeedPage, FeedPosition

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60
MOST_WAIT = timedelta(hours=24)
REFUSED_WAIT = timedelta(hours=1)
"""Who says no is asked again after an hour, then after two, four ... a day: no source is to be annoyed."""

OpenFeed = Callable[[str, FeedConfig], Feed]


def register(deps: Dependencies, open_feed: OpenFeed) -> None:
    deps.engine.register(ReadFeed, FeedReader(deps, open_feed).run, partial(crashed, deps))


def feed_works(key: str, now: datetime, rules: Rules) -> list[Work]:
    """One for each feed; it looks for itself whether it is due."""
    return [
        Work(ReadFeed(key=f"{key}:{name}", accepted_at=now, feed=name), merged=True) for name in rules.routing.feeds
    ]


@dataclass(frozen=True)
class FeedReader:
    deps: Dependencies
    open_feed: OpenFeed

    def run(self, message: ReadFeed) -> None:
        taken = self.deps.engine.step("read", self.read, message)
        queue(self.deps, taken)
        if taken.is_read:
            queue(self.deps, self.deps.engine.step("check", self.check, message))

    def read(self, message: ReadFeed) -> Taken:
        """What was stored before the position is kept is known when it comes again."""
        now, feeds = self.deps.now(), self.deps.records.feeds
        config = self.deps.rulebook.current().routing.feeds.get(message.feed)
        status = feeds.of(message.feed, now)
        if config is None or not status.is_due(now):
            return Taken()
        filtered = FeedFilter(config, self._own_handles(), datetime.fromisoformat(status.first_look_at))
        try:
            page = self._page(message.feed, config, status, filtered.start)
        except IntegrationError as error:
            self._blocked(status, error, now)
            return Taken()
        found, new = self._take(message.feed, config, filtered, page, now)
        wait = max(timedelta(minutes=config.every), timedelta(seconds=min(MOST_WAIT.total_seconds(), page.wait)))
        feeds.keep(status.read(asdict(page.position), new=new, now=now, wait=wait))
        return taken_of(self.deps, found).model_copy(update={"is_read": True})

    def _page(self, name: str, config: FeedConfig, status: FeedStatus, since: datetime) -> FeedPage:
        """Raises IntegrationError, also where the adapter cannot bear what the source gave."""
        try:
            return self.open_feed(name, config).read(FeedPosition(**status.position), since)
        except (ValueError, TypeError, LookupError, ArithmeticError, OSError) as error:
            log.exception("feed_unreadable", feed=name)
            why = f"the answer cannot be read ({type(error).__name__})"
        raise Unavailable(f"feed_{name}", why, "unreadable_answer")

    def check(self, message: ReadFeed) -> Taken:
        """Are the posts that it brought lately still there?"""
        config = self.deps.rulebook.current().routing.feeds.get(message.feed)
        if config is None:
            return Taken()
        try:
            return check_posts(self.deps, message.feed, self.open_feed(message.feed, config))
        except IntegrationError as error:  # they are asked for again after the next look
            log.warning("feed_posts_not_checked", feed=message.feed, cause=str(error))
            return Taken()

    def _take(
        self, name: str, config: FeedConfig, filtered: FeedFilter, page: FeedPage, now: datetime
    ) -> tuple[list[StoredMention], int]:
        """The mentions, and how many were new."""
        targets = ShortLinkFinder(self.deps).targets(post.url for post in page.posts)
        found: list[StoredMention] = []
        new = waiting = 0
        for post in sorted(page.posts, key=lambda one: (one.published_at or now, one.id)):
            mention = mention_of(config.channel, post)
            if mention is None:
                continue
            why = "" if mention.deleted else filtered.why_left_out(mention, post.score, now)
            held = "" if why or waiting < config.most_at_once else TOO_MANY
            target = targets.get(mention.url, mention.url)
            stored = take_mention(self.deps, mention, now, target=target, carrier=name, left_out=why or held)
            found.append(stored)
            waiting += stored.state in {"waiting", "sending"}
            if stored.seen_at == now.isoformat():
                new += 1
                MENTIONS.labels(config.channel, stored.state).inc()
        return found, new

    def _blocked(self, status: FeedStatus, error: IntegrationError, now: datetime) -> None:
        if isinstance(error, NotSent):  # our own limits: the source was not asked
            self.deps.records.feeds.keep(status.put_off(now + timedelta(seconds=LOOK_SECONDS)))
            return
        wait = _wait(error, status.blocked_looks)
        blocked = status.blocked(str(error), now=now, wait=wait)
        self.deps.records.feeds.keep(blocked)
        log.warning("feed_blocked", feed=status.name, cause=str(error), wait=wait.total_seconds())
        if blocked.is_blocked:
            self.deps.records.failures.add(_failure(blocked, error, now))

    def _own_handles(self) -> tuple[str, ...]:
        return self.deps.rulebook.current().routing.team.handles


def _wait(error: IntegrationError, before: int) -> timedelta:
    asked = error.retry_after if isinstance(error, RateLimited | Unavailable) else None
    first = REFUSED_WAIT if isinstance(error, Refused) else timedelta(minutes=5)
    wait: timedelta = max(first * 2 ** min(before, 10), timedelta(seconds=asked or 0))
    return min(MOST_WAIT, wait)


def _failure(status: FeedStatus, error: IntegrationError, now: datetime) -> Failure:
    """One for each feed, however long it lasts."""
    return Failure(
        key=f"feed:{status.name}",
        source="feeds",
        ticket_id=None,
        step="read_feed",
        reason=error.reason,
        message=f"The feed {status.name} was blocked {status.blocked_looks} times in a row: {status.why}",
        attempts=status.blocked_looks,
        payload=None,
        failed_at=now.isoformat(),
    )
