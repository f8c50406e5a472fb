"""Posts and comments of Reddit, by the feeds that an account of Reddit may read.

Without an account nearly every request is refused. `reddit.com/prefs/feeds` gives an account a token for feeds; keys
for the API are given by approval only. About ten requests a minute, and 25 entries in an answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost, OlderPosts, feed_reader, next_part, part_of
from integrations.feeds.rss import Rss
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://www.reddit.com"
_POST = re.compile(r"(https://[^/]{1,100}/(?:r|user)/[^/]{1,50}/comments/(\w{1,12})/)[^/]{0,300}/?(\w{1,12})?")
_FULL_NAME = re.compile(r"t[13]_\w{1,12}")
_TRAILER = re.compile(r"submitted by\s{1,5}(?:&#32;\s{1,5})?<a ")
"""Under a post, who wrote it."""
GONE = frozenset({"[deleted]", "[removed]"})
PAUSE_SECONDS = 7.0
"""Between two pages of older posts."""
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Reddit:
    addresses: tuple[str, ...]
    """Of feeds, each with a query."""
    reader: Reader

    @classmethod
    def at(
        cls,
        subreddits: Sequence[str],
        searches: Sequence[str],
        *,
        token: str,
        user: str,
        url: str = ADDRESS,
        service: str = "reddit",
        outbound: Outbound = UNGUARDED,
    ) -> "Reddit":
        account = {"feed": token, "user": user}
        joined = quote("+".join(one.removeprefix("r/") for one in subreddits), safe="+")
        asked: list[tuple[str, dict[str, str]]] = [
            (f"/r/{joined}/{what}/.rss", {}) for what in ("new", "comments") if subreddits
        ]
        asked += [("/search.rss", {"q": f'"{words}"', "sort": "new"}) for words in searches]
        addresses = tuple(f"{url.rstrip('/')}{path}?{urlencode(given | account)}" for path, given in asked)
        return cls(addresses, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        found = [one for address in self.addresses for one in self._entries(address, since)]
        return FeedPage(_posts(found), position)

    def older(self, before: str, since: datetime) -> OlderPosts:
        """A thousand posts of each feed at most: a listing ends there."""
        number, after = part_of(before)
        entries = self._entries(f"{self.addresses[number]}{f'&after={after}' if after else ''}", _EVER)
        last = _post(entries[-1]).id if entries else after
        more = last != after and any(one.published_at and one.published_at >= since for one in entries)
        return OlderPosts(_posts(entries), next_part(number, last if more else "", len(self.addresses)), PAUSE_SECONDS)

    def _entries(self, address: str, since: datetime) -> Sequence[FeedPost]:
        return Rss(self.reader.at(address)).read(FeedPosition(), since).posts


def _posts(entries: Sequence[FeedPost]) -> tuple[FeedPost, ...]:
    posts = {one.id: one for one in map(_post, entries) if one.deleted or one.author_handle}
    return tuple(posts.values())


def _post(entry: FeedPost) -> FeedPost:
    """Known by its full name, `t1_` and the id of a comment or `t3_` and that of a post."""
    where = _POST.match(entry.url)
    comment = where[3] if where else None
    names = [name for name in (entry.id,) if _FULL_NAME.fullmatch(name)]
    known = names[0] if names else f"t1_{comment}" if comment else f"t3_{where[2]}" if where else entry.id
    *_, end = (len(entry.html), *(found.start() for found in _TRAILER.finditer(entry.html)))
    html = entry.html[:end].rstrip().removesuffix("&#32;").rstrip()
    words = re.sub(r"<[^<>]{0,2000}>", "", html).strip()
    post = replace(
        entry,
        id=known,
        html=html if words else "",
        text="",
        deleted=words in GONE,
        author_name="",
        author_handle=entry.author_name.removeprefix("/u/"),
    )
    if where is None or not known.startswith("t1_"):
        return post
    title = entry.title.partition(" on ")[2] or entry.title
    return replace(post, title="", thread_id=f"t3_{where[2]}", thread_url=where[1], thread_title=title)
