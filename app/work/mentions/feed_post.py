"""A post as a feed gives it becomes a mention."""

import structlog
from pydantic import ValidationError

from app.feeds.mention import Mention, native_id
from integrations.feeds.feed import FeedPost

log = structlog.get_logger(__name__)


def mention_of(channel: str, post: FeedPost) -> Mention | None:
    """None: an odd post, which must not hold up the others."""
    try:
        return Mention.model_validate(
            {
                "source": channel,
                "id": native_id(post.id),
                "url": post.url,
                "author": {"name": post.author_name, "handle": post.author_handle, "url": post.author_url},
                "title": post.title[:1000],
                "html": post.html[:60_000],
                "text": "" if post.html else (post.text or post.title)[:60_000],
                "published_at": post.published_at,
                "thread": {"id": post.thread_id, "url": post.thread_url, "title": post.thread_title},
                "in_reply_to": post.in_reply_to,
                "deleted": post.deleted,
            }
        )
    except ValidationError as error:
        log.warning("feed_post_odd", channel=channel, fields=[".".join(map(str, one["loc"])) for one in error.errors()])
        return None
