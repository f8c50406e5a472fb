"""Comments of a Disqus forum, by its public API key.

https://disqus.com/api/docs/posts/list/. `since` needs `order=asc`. Times are UTC and do not say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    OlderPosts,
    Told,
    feed_reader,
    in_utc,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://disqus.com/api/3.0/posts/list.json"
OVERLAP = timedelta(hours=24)
"""Comments that a moderator lets through come late."""
MOST_PAGES = 10

_Utc = Annotated[datetime, AfterValidator(lambda at: in_utc(at if at.tzinfo else at.replace(tzinfo=UTC)))]
_Id = Annotated[str, BeforeValidator(str)]


class _Author(Told):
    name: str = ""
    username: str = ""
    profile_url: str = Field(default="", alias="profileUrl")


class _Thread(Told):
    id: _Id
    link: str = ""
    title: str = ""


class _Post(Told):
    id: _Id
    created_at: _Utc = Field(alias="createdAt")
    message: str = ""
    author: _Author = _Author()
    thread: _Thread
    parent: int | None = None
    is_deleted: bool = Field(default=False, alias="isDeleted")
    is_spam: bool = Field(default=False, alias="isSpam")


class _State(Told):
    is_deleted: bool = Field(default=False, alias="isDeleted")


class _Details(Told):
    response: _State


class _Cursor(Told):
    next: str = ""
    more: bool = Field(default=False, alias="hasNext")


class _Answer(Told):
    response: GoodOnes[_Post]
    cursor: _Cursor = _Cursor()


@dataclass(frozen=True)
class Disqus:
    forum: str
    key: str
    address: str
    reader: Reader

    @classmethod
    def at(
        cls, forum: str, key: str, *, url: str = ADDRESS, service: str = "disqus", outbound: Outbound = UNGUARDED
    ) -> "Disqus":
        return cls(forum, key, url, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = datetime.fromisoformat(position.after) if position.after else since
        posts = [post for post in self._comments(max(since, reached - OVERLAP)) if not post.is_spam]
        newest = max([reached, *(post.created_at for post in posts)])
        return FeedPage(tuple(map(_post, posts)), FeedPosition(after=newest.isoformat()))

    def gone(self, ids: Sequence[str]) -> set[str]:
        """One request each."""
        details = self.reader.at(f"{self.address.rpartition('/')[0]}/details.json")
        asked = {one: {"api_key": self.key, "post": one} for one in ids}
        return {one for one in ids if read_json(details, _Details, params=asked[one]).response.is_deleted}

    def older(self, before: str, since: datetime) -> OlderPosts:
        """The oldest first: `since` needs that order."""
        answer = self._page(since, before)
        posts = tuple(_post(post) for post in answer.response if not post.is_spam)
        return OlderPosts(posts, answer.cursor.next if answer.cursor.more else "")

    def _comments(self, start: datetime) -> Iterator[_Post]:
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self._page(start, cursor)
            yield from answer.response
            cursor = answer.cursor.next
            if not (answer.cursor.more and cursor):
                return

    def _page(self, start: datetime, cursor: str) -> _Answer:
        asked = {
            "api_key": self.key,
            "forum": self.forum,
            "since": str(int(start.timestamp())),
            "order": "asc",
            "limit": "100",
            "related": "thread",
            **({"cursor": cursor} if cursor else {}),
        }
        return read_json(self.reader, _Answer, params=asked)


def _post(post: _Post) -> FeedPost:
    return FeedPost(
        id=post.id,
        url=f"{post.thread.link}#comment-{post.id}",
        published_at=post.created_at,
        author_name=post.author.name,
        author_handle=post.author.username,
        author_url=post.author.profile_url,
        html=post.message,
        deleted=post.is_deleted,
        thread_id=post.thread.id,
        thread_url=post.thread.link,
        thread_title=post.thread.title,
        in_reply_to=str(post.parent or ""),
    )
