"""The workflow: what a source has from before a feed was read. The feed's own position stays where it is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.feeds.filter import FeedFilter
from app.metrics import MENTIONS
from app.records.mentions import BACKFILL, StoredMention
from app.rules.schema.feeds import FeedConfig
from app.work.jobs.backfill_state import MOST_PAGES, PAUSE_SECONDS, BackfillState, BackfillStates
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.mentions.feed_post import mention_of
from app.work.mentions.read_feed import OpenFeed
from app.work.mentions.taken import MentionWork, take_mention, taken_of
from app.work.messages import Backfill, CreateMentionTicket, Stored, Work
from app.work.tickets.short_links import ShortLinkFinder
from integrations.errors import IntegrationError
from integrations.feeds.feed import FeedPosition, FeedPost, OlderPosts, ReadsBack

NEWEST_ONLY = "the source gives its newest posts only"


class BackfillPage(Stored):
    works: tuple[MentionWork, ...] = ()
    following: Backfill | None = None
    wait: float = PAUSE_SECONDS


def register(deps: Dependencies, open_feed: OpenFeed) -> None:
    deps.engine.register(Backfill, BackfillReader(deps, open_feed).run, partial(crashed, deps))


@dataclass(frozen=True)
class BackfillReader:
    deps: Dependencies
    open_feed: OpenFeed

    def run(self, message: Backfill) -> None:
        page = attempt(self.deps, message, "read", self.read, message)
        if page is None:
            return
        for work in page.works:
            self.deps.engine.later(Work(work, once=True))
        if page.following:
            self.deps.engine.later(Work(page.following, delay=page.wait, once=True))

    def read(self, message: Backfill) -> BackfillPage:
        """One page. A page that is read again, after a crash, is counted once. Raises IntegrationError."""
        states, now = BackfillStates(self.deps.records.progress), self.deps.now()
        state = states.of(message) or BackfillState(run=message.run)
        config = self.deps.rulebook.current().routing.feeds.get(message.feed)
        if config is None:
            why = "routing.yaml has no such feed any more"
            states.keep(message, state.model_copy(update={"state": "failed", "why": why}), now)
            return BackfillPage()
        try:
            page, only_newest = self._older(message, config)
        except IntegrationError as error:
            states.not_read(message, state, error, now)
            return BackfillPage()
        rows, taken = self._take(message, config, page.posts, now)
        is_full = taken < len(page.posts)
        goes_on = bool(page.before) and not is_full and message.page < MOST_PAGES
        changes = {
            "state": "reading" if goes_on else "limit" if is_full or page.before else "ended",
            # The page on which it became full is read again by the next run.
            "before": message.before if is_full else page.before,
            "why": NEWEST_ONLY if only_newest else "",
        }
        after = _after(message, state, page.posts[:taken], rows).model_copy(update=changes)
        states.keep(message, after, now)
        left = message.left - _waiting(rows)
        following = message.model_copy(update={"page": message.page + 1, "before": page.before, "left": left})
        works = tuple(_in_mode(message, work) for work in taken_of(self.deps, rows).works)
        wait = max(PAUSE_SECONDS, page.wait)
        return BackfillPage(works=works, following=following.keyed() if goes_on else None, wait=wait)

    def _older(self, message: Backfill, config: FeedConfig) -> tuple[OlderPosts, bool]:
        """The page; and whether the source has no others."""
        feed = self.open_feed(message.feed, config)
        if isinstance(feed, ReadsBack):
            return feed.older(message.before, message.since), False
        return OlderPosts(feed.read(FeedPosition(), message.since).posts), True

    def _take(
        self, message: Backfill, config: FeedConfig, posts: Sequence[FeedPost], now: datetime
    ) -> tuple[list[StoredMention], int]:
        """The mentions; and how many posts were looked at: the limit may leave some for the next run."""
        handles = self.deps.rulebook.current().routing.team.handles
        filtered = FeedFilter(config.model_copy(update={"since": message.since.date()}), handles, message.since)
        targets = ShortLinkFinder(self.deps).targets(post.url for post in posts)
        rows: list[StoredMention] = []
        for number, post in enumerate(posts):
            mention = mention_of(config.channel, post)
            if mention is None or (mention.published_at or now) < message.since:
                continue
            if _waiting(rows) >= message.left:
                return rows, number
            why = "" if mention.deleted else filtered.why_left_out(mention, post.score, now)
            # Another carrier than the feed: what that left out as too old is wanted now.
            target, carrier = targets.get(mention.url, mention.url), f"{BACKFILL}{message.feed}"
            stored = take_mention(self.deps, mention, now, target=target, carrier=carrier, left_out=why)
            if stored.seen_at == now.isoformat():
                MENTIONS.labels(config.channel, stored.state).inc()
            rows.append(stored)
        return rows, len(posts)


def _after(
    message: Backfill, state: BackfillState, posts: Sequence[FeedPost], rows: Sequence[StoredMention]
) -> BackfillState:
    times = [post.published_at for post in posts if post.published_at]
    oldest_first = state.oldest_first
    if message.page == 1 and times:
        oldest_first = min(times) - message.since < message.accepted_at - max(times)
    changes: dict[str, object] = {
        "run": message.run,
        "page": message.page,
        "oldest_first": oldest_first,
        "reached": (max(times) if oldest_first else min(times)) if times else state.reached,
    }
    if (message.run, message.page) > (state.run, state.page):
        left_out = Counter(state.left_out) + Counter(row.why for row in rows if row.state == "left_out")
        counts = {"read": state.read + len(rows), "tickets": state.tickets + _waiting(rows)}
        changes |= {**counts, "left_out": dict(left_out)}
    return state.model_copy(update=changes)


def _waiting(rows: Iterable[StoredMention]) -> int:
    return sum(row.state in {"waiting", "sending"} for row in rows)


def _in_mode(message: Backfill, work: MentionWork) -> MentionWork:
    """New tickets in the mode of the run; nobody waits for them."""
    changes: dict[str, object] = {"bulk": True}
    if isinstance(work, CreateMentionTicket):
        changes["mode"] = message.mode
    return work.model_copy(update=changes)
