"""Any RSS or Atom feed: Google Alerts, news, mailing lists, Lobsters. Parsed by feedparser.

Entries are known by their id; its date may be that of the last edit. An id that all entries share is none. A feed that
breaks off is read as far as it goes, and asked for as a whole again.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from time import struct_time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from lxml.etree import ParserError
from lxml.html import make_links_absolute

from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost, feed_reader
from integrations.feeds.feed_document import feed_document
from integrations.http import NOT_MODIFIED, Reader
from integrations.outbound import UNGUARDED, Outbound

_PART_OF_A_LINK: Final = re.compile(r"""<a\s[^<>]{0,500}href=["']?(?![a-z]{3,8}:)""", re.IGNORECASE)
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")


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
            entries, is_whole = _entries(response, body)
            posts = (post for post in _posts(entries) if post.published_at is None or post.published_at >= since)
            return FeedPage(tuple(posts), _version(response.headers) if is_whole else FeedPosition())

        return self.reader.ask("GET", understand, headers={name: value for name, value in asked.items() if value})


def _version(headers: httpx.Headers) -> FeedPosition:
    """As the server names it; what no header can carry back is none."""
    etag, modified = (headers.get(name, "") for name in ("ETag", "Last-Modified"))
    return FeedPosition(etag=etag if etag.isascii() else "", modified=modified if modified.isascii() else "")


def _entries(response: httpx.Response, body: bytes) -> tuple[list[Mapping[str, Any]], bool]:
    """Those with an address; and whether the feed is whole.

    Raises ValueError for what is no feed, or none of which can be read: a page that blocks robots must not count as
    `nothing new`.
    """
    document = feed_document(body, _charset(response, body))
    # Without the query, which may hold a token: links without a host are meant from here.
    import feedparser  # noqa: PLC0415  # heavy, and only needed where a feed is read

    given = {"content-location": str(response.url.copy_with(query=None)), "content-type": "application/xml"}
    # What is said becomes plain text, whatever is in it, so nothing is cleaned here.
    parsed = feedparser.parse(
        BytesIO(document.xml), response_headers=given, sanitize_html=False, resolve_relative_uris=False
    )
    entries = [entry for entry in parsed.entries if _link(entry)]
    if not parsed.get("version") or not (document.is_whole or entries):
        raise ValueError("no feed")
    return entries, document.is_whole


def _charset(response: httpx.Response, body: bytes) -> str:
    """That of the header, where the body does not name one: servers add theirs to files that know better."""
    if b"encoding=" in body[:200] or b"\0" in body[:4]:
        return ""
    try:
        body.decode()
    except UnicodeDecodeError:
        named = response.charset_encoding or "utf-8"
        return "windows-1252" if named.lower().replace("-", "") == "utf8" else named
    return ""


def _posts(entries: list[Mapping[str, Any]]) -> list[FeedPost]:
    ids = Counter(entry.get("id", "") for entry in entries)
    return [_post(entry, is_known_by_id=ids[entry.get("id", "")] == 1) for entry in entries]


def _link(entry: Mapping[str, Any]) -> str:
    """Where it is read; feeds for programs name their own address alone."""
    own = (one.get("href") for one in entry.get("links") or () if one.get("rel") == "self")
    candidates = (str(one or "") for one in (entry.get("link"), next(own, None)))
    return next(filter(_is_address, candidates), "")


def _is_address(link: str) -> bool:
    try:
        return urlsplit(link).scheme in {"http", "https"}
    except ValueError:
        return False


def _post(entry: Mapping[str, Any], *, is_known_by_id: bool) -> FeedPost:
    link = _link(entry)
    native = str(entry.get("id") or "") if is_known_by_id else ""
    author = entry.get("author_detail") or {}
    return FeedPost(
        id=native or link,
        url=link,
        published_at=_date(entry),
        author_name=str(author.get("name") or entry.get("author") or ""),
        author_url=str(author.get("href") or ""),
        title=_title(entry),
        html=_with_whole_links(_html(entry), link),
        thread_url=str(entry.get("comments") or ""),
    )


def _title(entry: Mapping[str, Any]) -> str:
    """Without markup, where it has some: Google Alerts set what they look for in bold."""
    title = str(entry.get("title") or "")
    detail = entry.get("title_detail") or {}
    return title if detail.get("type") == "text/plain" else unescape(_MARKUP.sub("", title))


def _html(entry: Mapping[str, Any]) -> str:
    contents = [str(one.get("value", "")) for one in entry.get("content") or ()]
    return max([*contents, str(entry.get("summary") or "")], key=len)


def _with_whole_links(markup: str, base: str) -> str:
    """Links of a text that are meant from its entry."""
    if not _PART_OF_A_LINK.search(markup):
        return markup
    try:
        return str(make_links_absolute(markup, base))
    except (ValueError, ParserError):  # characters that no XML can have; nothing but a comment
        return markup


def _date(entry: Mapping[str, Any]) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if not isinstance(parsed, struct_time):
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except ValueError:  # the year 0, say: one odd date holds up no other entry
        return None
