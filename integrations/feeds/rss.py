"""Any RSS or Atom feed: Google Alerts, news, mailing lists, Lobsters. Parsed by feedparser, which cleans the HTML.

Entries are known by their id; its date may be that of the last edit. An id that all entries share is none.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
import httpx

from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost, feed_reader
from integrations.http import NOT_MODIFIED, Reader
from integrations.outbound import UNGUARDED, Outbound


@dataclass(frozen=True)
class Rss:
    reader: Reader

    @classmethod
    def at(cls, url: str, *, service: str = "rss", outbound: Outbound = UNGUARDED) -> "Rss":
        return cls(feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        asked = {"If-None-Match": position.etag, "If-Modified-Since": position.modified}

        def understand(response: httpx.Response, body: bytes) -> FeedPage:
            if response.status_code == NOT_MODIFIED:
                return FeedPage((), position)
            reached = FeedPosition(
                etag=response.headers.get("ETag", ""), modified=response.headers.get("Last-Modified", "")
            )
            return FeedPage(tuple(_posts(body, since)), reached)

        return self.reader.ask("GET", understand, headers={name: value for name, value in asked.items() if value})


def _posts(body: bytes, since: datetime) -> list[FeedPost]:
    """Raises ValueError for what is no feed: a page that blocks robots must not count as `nothing new`."""
    parsed = feedparser.parse(BytesIO(body))
    if not parsed.get("version"):
        raise ValueError("no feed")
    entries = [entry for entry in parsed.entries if entry.get("link", "").startswith(("http://", "https://"))]
    ids = Counter(entry.get("id", "") for entry in entries)
    posts = [_post(entry, is_known_by_id=ids[entry.get("id", "")] == 1) for entry in entries]
    return [post for post in posts if post.published_at is None or post.published_at >= since]


def _post(entry: Mapping[str, Any], *, is_known_by_id: bool) -> FeedPost:
    link = str(entry["link"])
    native = str(entry.get("id") or "") if is_known_by_id else ""
    author = entry.get("author_detail") or {}
    return FeedPost(
        id=native or link,
        url=link,
        published_at=_date(entry),
        author_name=str(author.get("name") or entry.get("author") or ""),
        author_url=str(author.get("href") or ""),
        title=str(entry.get("title") or ""),
        html=_html(entry),
        thread_url=str(entry.get("comments") or ""),
    )


def _html(entry: Mapping[str, Any]) -> str:
    contents = [str(one.get("value", "")) for one in entry.get("content") or ()]
    return max([*contents, str(entry.get("summary") or "")], key=len)


def _date(entry: Mapping[str, Any]) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if isinstance(parsed, struct_time):
        return datetime(*parsed[:6], tzinfo=UTC)
    return None
