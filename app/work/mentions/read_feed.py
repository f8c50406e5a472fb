"""The workflow: read what is new in one feed. What fails delays this feed alone, and its position stays."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from pydantic import ValidationError

from app.feeds.filter import FeedFilter
from app.feeds.mention import LONGEST_ID, Mention
from app.metrics import MENTIONS
from app.records.failures import Failure
from app.records.feeds import FeedStatus
from app.rules.loading import Rules
from app.rules.schema.feeds import FeedConfig
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.mentions.take import Taken, new_mention, ticket_work
from app.work.messages import ReadFeed, Work
from integrations.errors import IntegrationError, NotSent, RateLimited, Refused, Unavailable
from integrations.feeds.feed import Feed, FeedPage, FeedPosition, FeedPost

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60
MOST_WAIT = timedelta(hours=24)
REFUSED_WAIT = timedelta(hours=1)
"""Who says no is asked again after an hour, then after two, four ... a day: no source is to be annoyed."""
BLOCKED_LOOKS_TO_TELL = 3
TOO_MANY = "held: too many at once"

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
        for mention_id in taken.waiting:
            self.deps.engine.later(ticket_work(self.deps, mention_id))

    def read(self, message: ReadFeed) -> Taken:
        """What was stored before the position is kept is known when it comes again."""
        now, feeds = self.deps.now(), self.deps.records.feeds
        config = self.deps.rulebook.current().routing.feeds.get(message.feed)
        status = feeds.of(message.feed, now)
        if config is None or not status.is_due(now):
            return Taken(waiting=())
        filtered = FeedFilter(config, self._own_handles(), datetime.fromisoformat(status.first_look_at))
        try:
            page = self.open_feed(message.feed, config).read(FeedPosition(**status.position), filtered.start)
        except IntegrationError as error:
            self._blocked(status, error, now)
            return Taken(waiting=())
        waiting, new = self._take(config, filtered, page, now)
        wait = max(timedelta(minutes=config.every), timedelta(seconds=page.wait))
        feeds.keep(status.read(asdict(page.position), new=new, now=now, wait=wait))
        return Taken(waiting=waiting)

    def _take(
        self, config: FeedConfig, filtered: FeedFilter, page: FeedPage, now: datetime
    ) -> tuple[tuple[int, ...], int]:
        """The mentions without a ticket, and how many were new."""
        mentions, new = self.deps.records.mentions, 0
        waiting: list[int] = []
        for post in sorted(page.posts, key=lambda one: (one.published_at or now, one.id)):
            mention = _mention(config.channel, post)
            if mention is None:
                continue
            why = filtered.why_left_out(mention, post.score, now)
            held = "" if why or len(waiting) < config.most_at_once else TOO_MANY
            stored = mentions.take(new_mention(mention, left_out=why or held), now=now.isoformat())
            is_new = stored.seen_at == now.isoformat()
            new += is_new
            if is_new:
                MENTIONS.labels(config.channel, stored.state).inc()
            if stored.state in {"waiting", "sending"}:
                waiting.append(stored.id)
        return tuple(waiting), new

    def _blocked(self, status: FeedStatus, error: IntegrationError, now: datetime) -> None:
        if isinstance(error, NotSent):  # our own limits: the source was not asked
            self.deps.records.feeds.keep(status.put_off(now + timedelta(seconds=LOOK_SECONDS)))
            return
        wait = _wait(error, status.blocked_looks)
        blocked = status.blocked(str(error), now=now, wait=wait)
        self.deps.records.feeds.keep(blocked)
        log.warning("feed_blocked", feed=status.name, cause=str(error), wait=wait.total_seconds())
        if blocked.blocked_looks >= BLOCKED_LOOKS_TO_TELL:
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


def _mention(channel: str, post: FeedPost) -> Mention | None:
    """None: an odd post, which must not hold up the others."""
    try:
        return Mention.model_validate(
            {
                "source": channel,
                "id": post.id if len(post.id) <= LONGEST_ID else hashlib.sha256(post.id.encode()).hexdigest(),
                "url": post.url,
                "author": {"name": post.author_name, "handle": post.author_handle, "url": post.author_url},
                "title": post.title[:1000],
                "html": post.html[:60_000],
                "text": "" if post.html else (post.text or post.title)[:60_000],
                "published_at": post.published_at,
                "thread": {"id": post.thread_id, "url": post.thread_url, "title": post.thread_title},
                "in_reply_to": post.in_reply_to,
            }
        )
    except ValidationError as error:
        log.warning("feed_post_odd", channel=channel, fields=[".".join(map(str, one["loc"])) for one in error.errors()])
        return None
