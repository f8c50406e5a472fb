"""A post as a feed gives it becomes a mention."""

import structlog
from pydantic import ValidationError

from app.feeds.addresses import is_address
from app.feeds.mention import LONGEST_ADDRESS, LONGEST_LINE, LONGEST_TEXT, Mention, native_id
from integrations.feeds.feed import FeedPost

log = structlog.get_logger(__name__)


def mention_of(channel: str, post: FeedPost) -> Mention | None:
    """None: an odd post, which must not hold up the others."""
    try:
        return Mention.model_validate(
            {
                "source": channel,
                "id": native_id(post.id),
                "url": _without_spaces(post.url),
                "author": {
                    "name": post.author_name[:LONGEST_LINE],
                    "handle": post.author_handle[:LONGEST_LINE],
                    "url": _if_any(post.author_url),
                },
                "title": post.title[:LONGEST_LINE],
                "html": post.html[:LONGEST_TEXT],
                "text": "" if post.html else (post.text or post.title)[:LONGEST_TEXT],
                "published_at": post.published_at,
                "thread": {
                    "id": native_id(post.thread_id),
                    "url": _if_any(post.thread_url),
                    "title": post.thread_title[:LONGEST_LINE],
                },
                "in_reply_to": post.in_reply_to[:LONGEST_LINE],
                "deleted": post.deleted,
            }
        )
    except ValidationError as error:
        log.warning("feed_post_odd", channel=channel, fields=[".".join(map(str, one["loc"])) for one in error.errors()])
        return None


def _if_any(url: str) -> str:
    """What is not needed, and no address, costs nobody the post."""
    return _without_spaces(url) if is_address(url) and len(url) <= LONGEST_ADDRESS else ""


def _without_spaces(url: str) -> str:
    return "%20".join(url.split())
