"""Posts and comments of Reddit by its API, for who has a key: it is given by approval.

https://www.reddit.com/dev/api and https://github.com/reddit-archive/reddit/wiki/OAuth2: an application's id and secret
give a token for an hour, which reads what is public. A hundred requests a minute; a listing ends at a thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import httpx
from pydantic import Field

from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    OlderPosts,
    Told,
    feed_reader,
    from_epoch,
    next_part,
    part_of,
    read_json,
)
from integrations.feeds.reddit import ADDRESS, GONE
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

API: Final = "https://oauth.reddit.com"
OVERLAP: Final = timedelta(hours=6)
"""A post that a moderator had to let through has its old date."""
PER_PAGE: Final = 100
MOST_PAGES: Final = 10
_NOBODY: Final = "[deleted]"


class _Thing(Told):
    """A post (`t3_`) or a comment (`t1_`)."""

    name: str = Field(pattern=r"^t[13]_[0-9a-zA-Z_]{1,12}$")
    permalink: str = Field(pattern=r"^/")
    created: float = Field(alias="created_utc", ge=0, le=4e9)
    author: str = _NOBODY
    title: str = ""
    selftext_html: str = ""
    body_html: str = ""
    selftext: str = ""
    body: str = ""
    url: str = ""
    is_self: bool = True
    score: int | None = None
    link_id: str = ""
    link_title: str = ""
    link_permalink: str = ""
    parent_id: str = ""
    removed_by: str = Field(default="", alias="removed_by_category")

    @property
    def is_gone(self) -> bool:
        return bool(self.removed_by) or (self.body or self.selftext).strip() in GONE


class _Child(Told):
    data: _Thing


class _Page(Told):
    children: GoodOnes[_Child]
    after: str = ""


class _Listing(Told):
    data: _Page


class _Token(Told):
    token: str = Field(alias="access_token", min_length=1)


@dataclass(frozen=True)
class RedditApi:
    listings: tuple[tuple[str, Mapping[str, str]], ...]
    """Each a path with its query."""
    account: httpx.BasicAuth
    login: Reader
    api: str
    """Without a slash at its end."""
    reader: Reader

    @classmethod
    def at(
        cls,
        subreddits: Sequence[str],
        searches: Sequence[str],
        *,
        client_id: str,
        secret: str,
        url: str = ADDRESS,
        api: str = API,
        service: str = "reddit",
        outbound: Outbound = UNGUARDED,
    ) -> "RedditApi":
        joined = quote("+".join(one.removeprefix("r/") for one in subreddits), safe="+")
        listings: list[tuple[str, Mapping[str, str]]] = [
            (f"/r/{joined}/{what}", {}) for what in ("new", "comments") if subreddits
        ]
        listings += [("/search", {"q": f'"{words}"', "sort": "new", "type": "link"}) for words in searches]
        login = feed_reader(service, f"{url.rstrip('/')}/api/v1/access_token", outbound)
        api = api.rstrip("/")
        return cls(tuple(listings), httpx.BasicAuth(client_id, secret), login, api, feed_reader(service, api, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = datetime.fromisoformat(position.after) if position.after else since
        start = max(since, reached - OVERLAP)
        headers = self._headers()
        posts = {post.id: post for number in range(len(self.listings)) for post in self._newest(number, start, headers)}
        newest = max([reached, *(post.published_at for post in posts.values() if post.published_at)])
        return FeedPage(tuple(posts.values()), FeedPosition(after=newest.isoformat()))

    def older(self, before: str, since: datetime) -> OlderPosts:
        number, after = part_of(before)
        posts, after = self._page(number, after, since, self._headers())
        return OlderPosts(posts, next_part(number, after, len(self.listings)))

    def gone(self, ids: Sequence[str]) -> set[str]:
        """Up to a hundred in one request. What the source leaves out is not gone."""
        listing = read_json(
            self.reader.at(f"{self.api}/api/info"),
            _Listing,
            params={"id": ",".join(ids), "raw_json": "1"},
            headers=self._headers(),
        )
        return {one.data.name for one in listing.data.children if one.data.is_gone} & {*ids}

    def _newest(self, number: int, start: datetime, headers: Mapping[str, str]) -> Iterator[FeedPost]:
        after = ""
        for _ in range(MOST_PAGES):
            posts, after = self._page(number, after, start, headers)
            yield from (post for post in posts if post.published_at is None or post.published_at >= start)
            if not after:
                return

    def _page(
        self, number: int, after: str, start: datetime, headers: Mapping[str, str]
    ) -> tuple[tuple[FeedPost, ...], str]:
        """And where the next page begins; empty: there is none since then."""
        path, query = self.listings[number]
        asked = {**query, "limit": str(PER_PAGE), "raw_json": "1", **({"after": after} if after else {})}
        page = read_json(self.reader.at(f"{self.api}{path}"), _Listing, params=asked, headers=headers).data
        things = [one.data for one in page.children]
        is_last = any(from_epoch(one.created) < start for one in things)
        return tuple(map(_post, things)), "" if is_last or page.after == after else page.after

    def _headers(self) -> Mapping[str, str]:
        asked = {"grant_type": "client_credentials"}
        token = read_json(self.login, _Token, "POST", data=asked, auth=self.account).token
        return {"Authorization": f"Bearer {token}"}


def _post(thing: _Thing) -> FeedPost:
    html = thing.body_html or thing.selftext_html
    handle = "" if thing.author == _NOBODY else thing.author
    return FeedPost(
        id=thing.name,
        url=f"{ADDRESS}{thing.permalink}",
        published_at=from_epoch(thing.created),
        author_handle=handle,
        author_url=f"{ADDRESS}/user/{handle}" if handle else "",
        title=thing.title,
        html=html,
        text="" if html or thing.is_self else thing.url,
        thread_id=thing.link_id,
        thread_url=thing.link_permalink,
        thread_title=thing.link_title,
        in_reply_to=thing.parent_id,
        score=thing.score,
        deleted=thing.is_gone,
    )
