"""Is what a feed brought still there? Sources that can be asked by id are asked an hour later, and a day later."""

from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from app.records.mentions import NewMention, StoredMention
from app.work.jobs.dependencies import Dependencies
from app.work.mentions.change import changed
from app.work.mentions.taken import Taken, taken_of
from integrations.feeds.feed import AsksAgain, Feed

log = structlog.get_logger(__name__)

AFTER: Final = (timedelta(hours=1), timedelta(days=1))
UNTIL = timedelta(days=3)
MOST_AT_ONCE = 20
"""Some sources take one request for each post."""
TOO_MANY_GONE = 3
"""Where all of so many seem to be gone, the source has rather moved, or hides its posts."""


def check_posts(deps: Dependencies, name: str, feed: Feed) -> Taken:
    """Raises IntegrationError; the same posts are asked for again then."""
    if not isinstance(feed, AsksAgain):
        return Taken()
    for checks, after in enumerate(AFTER):
        now = deps.now()
        posts = deps.records.mentions.unchecked(
            name,
            checks=checks,
            since=(now - UNTIL).isoformat(),
            before=(now - after).isoformat(),
            limit=MOST_AT_ONCE,
        )
        if not posts:
            continue
        gone = feed.gone([one.native_id for one in posts])
        if len(gone) == len(posts) >= TOO_MANY_GONE:
            log.warning("feed_posts_all_gone", feed=name, posts=len(posts))
            gone = set()
        for one in posts:
            if one.native_id in gone:
                _remove(deps, one)
        deps.records.mentions.checked([one.id for one in posts], checks + 1)
    # Also what was removed before a process died: their tickets may not know it yet.
    return taken_of(deps, deps.records.mentions.removed_since(name, (deps.now() - AFTER[0]).isoformat()))


def _remove(deps: Dependencies, mention: StoredMention) -> None:
    gone = NewMention(
        source=mention.source,
        native_id=mention.native_id,
        url=mention.url,
        address="",
        thread=mention.thread,
        mention={},
        carrier=mention.carrier,
        deleted=True,
    )
    now = deps.now()
    at = now.isoformat()
    deps.records.mentions.take(gone, partial(changed, now=now), now=at, day_before=at)
