"""Posts of Bluesky by search, with an app password: without a login the search answers 403.

app.bsky.feed.searchPosts, through the account's own server. Handles change, DIDs do not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    Moment,
    OlderPosts,
    Told,
    feed_reader,
    next_part,
    part_of,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://bsky.social"
OVERLAP = timedelta(hours=24)
MOST_PAGES = 5
PER_PAGE = 100


class _Author(Told):
    did: str
    handle: str = ""
    display_name: str = Field(default="", alias="displayName")


class _Ref(Told):
    uri: str = ""


class _Reply(Told):
    root: _Ref = _Ref()
    parent: _Ref = _Ref()


class _Record(Told):
    text: str = ""
    reply: _Reply = _Reply()


class _Post(Told):
    uri: str
    author: _Author
    record: _Record
    indexed_at: Moment = Field(alias="indexedAt")


class _Answer(Told):
    posts: GoodOnes[_Post]
    cursor: str = ""


class _Known(Told):
    uri: str


class _KnownOnes(Told):
    posts: list[_Known]


class _Session(Told):
    token: str = Field(alias="accessJwt", min_length=1)


@dataclass(frozen=True)
class Bluesky:
    queries: Sequence[str]
    handle: str
    password: str
    server: str
    """Without a slash at its end."""
    search: Reader
    login: Reader

    @classmethod
    def at(
        cls,
        queries: Sequence[str],
        handle: str,
        password: str,
        *,
        server: str = ADDRESS,
        service: str = "bluesky",
        outbound: Outbound = UNGUARDED,
    ) -> "Bluesky":
        server = server.rstrip("/")
        search, login = (
            feed_reader(service, f"{server}/xrpc/{name}", outbound)
            for name in ("app.bsky.feed.searchPosts", "com.atproto.server.createSession")
        )
        return cls(queries, handle, password, server, search, login)

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = datetime.fromisoformat(position.after) if position.after else since
        start = max(since, reached - OVERLAP)
        token = self._token()
        found = {post.uri: post for query in self.queries for post in self._search(query, start, token)}
        newest = max([reached, *(post.indexed_at for post in found.values())])
        return FeedPage(tuple(map(_post, found.values())), FeedPosition(after=newest.isoformat()))

    def gone(self, ids: Sequence[str]) -> set[str]:
        """The source leaves out what was deleted."""
        posts = self.search.at(f"{self.server}/xrpc/app.bsky.feed.getPosts")
        asked = {"uris": [f"at://{one}" for one in ids]}
        there = read_json(posts, _KnownOnes, params=asked, headers={"Authorization": f"Bearer {self._token()}"}).posts
        return {*ids} - {one.uri.removeprefix("at://") for one in there}

    def _token(self) -> str:
        account = {"identifier": self.handle, "password": self.password}
        return read_json(self.login, _Session, "POST", json=account).token

    def older(self, before: str, since: datetime) -> OlderPosts:
        number, cursor = part_of(before)
        posts, cursor = self._page(self.queries[number], since, cursor, self._token())
        return OlderPosts(tuple(map(_post, posts)), next_part(number, cursor, len(self.queries)))

    def _search(self, query: str, start: datetime, token: str) -> Iterator[_Post]:
        cursor = ""
        for _ in range(MOST_PAGES):
            posts, cursor = self._page(query, start, cursor, token)
            yield from (post for post in posts if post.indexed_at >= start)
            if not cursor:
                return

    def _page(self, query: str, start: datetime, cursor: str, token: str) -> tuple[list[_Post], str]:
        """The newest first, and where the next page begins; empty: there is none since then."""
        asked = {"q": f'"{query}"', "sort": "latest", "limit": str(PER_PAGE), **({"cursor": cursor} if cursor else {})}
        answer = read_json(self.search, _Answer, params=asked, headers={"Authorization": f"Bearer {token}"})
        is_last = any(post.indexed_at < start for post in answer.posts)
        return answer.posts, "" if is_last else answer.cursor


def _post(post: _Post) -> FeedPost:
    root, parent = post.record.reply.root.uri, post.record.reply.parent.uri
    return FeedPost(
        id=post.uri.removeprefix("at://"),
        url=_page(post.uri),
        published_at=post.indexed_at,
        author_name=post.author.display_name,
        author_handle=post.author.handle,
        author_url=f"https://bsky.app/profile/{post.author.did}",
        text=post.record.text,
        thread_id=root.removeprefix("at://"),
        thread_url=_page(root) if root else "",
        in_reply_to=parent.removeprefix("at://"),
    )


def _page(uri: str) -> str:
    """`at://<did>/app.bsky.feed.post/<key>` is read at this address."""
    did, _, rest = uri.removeprefix("at://").partition("/")
    return f"https://bsky.app/profile/{did}/post/{rest.rpartition('/')[2]}"
