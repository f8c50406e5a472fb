"""New posts of Product Hunt, and comments on posts that are named, by a developer's token.

https://api.producthunt.com/v2/docs: nothing there searches texts, and who commented is not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    Moment,
    OlderPosts,
    SomeAnswer,
    Told,
    feed_reader,
    next_part,
    part_of,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://api.producthunt.com/v2/api/graphql"
OVERLAP = timedelta(hours=24)
"""A post is planned before it is shown, with the date of its day."""
MOST_PAGES = 10
_POSTS = """query($since: DateTime, $after: String) {
  posts(order: NEWEST, postedAfter: $since, first: 20, after: $after) { pageInfo { hasNextPage endCursor }
    edges { node { id name tagline description url createdAt votesCount user { name username } } } } }"""
_COMMENTS = """query($slug: String, $after: String) { post(slug: $slug) { id name url
  comments(order: NEWEST, first: 50, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
    id body createdAt parentId url user { name username } } } } } }"""


def _told(name: str) -> str:
    return "" if name == "[REDACTED]" else name


Name = Annotated[str, AfterValidator(_told)]


class _User(Told):
    name: Name = ""
    username: Name = ""


class _PageInfo(Told):
    has_next_page: bool = Field(default=False, alias="hasNextPage")
    end_cursor: str | None = Field(default=None, alias="endCursor")

    @property
    def following(self) -> str:
        """Empty: it is the last page."""
        return (self.has_next_page and self.end_cursor) or ""


class _Comment(Told):
    id: str
    body: str = ""
    created_at: Moment = Field(alias="createdAt")
    parent_id: str | None = Field(default=None, alias="parentId")
    url: str
    user: _User | None = None


class _CommentEdge(Told):
    node: _Comment


class _Comments(Told):
    edges: GoodOnes[_CommentEdge] = Field(default_factory=list)
    page: _PageInfo = Field(default_factory=_PageInfo, alias="pageInfo")


class _Post(Told):
    id: str
    name: str
    tagline: str = ""
    description: str | None = None
    url: str
    created_at: Moment | None = Field(default=None, alias="createdAt")
    votes: int | None = Field(default=None, alias="votesCount")
    user: _User | None = None
    comments: _Comments = _Comments()


class _PostEdge(Told):
    node: _Post


class _Posts(Told):
    edges: GoodOnes[_PostEdge]
    page: _PageInfo = Field(default_factory=_PageInfo, alias="pageInfo")


class _PostsData(Told):
    posts: _Posts


class _PostData(Told):
    post: _Post | None


class _PostsAnswer(Told):
    data: _PostsData


class _PostAnswer(Told):
    data: _PostData


@dataclass(frozen=True)
class ProductHunt:
    slugs: Sequence[str]
    token: str
    reader: Reader

    @classmethod
    def at(
        cls,
        slugs: Sequence[str],
        token: str,
        *,
        url: str = ADDRESS,
        service: str = "producthunt",
        outbound: Outbound = UNGUARDED,
    ) -> "ProductHunt":
        return cls(slugs, token, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = datetime.fromisoformat(position.after) if position.after else since
        after = max(since, reached - OVERLAP)
        launched = self._news(after, reached)
        posts = [*launched, *(comment for slug in self.slugs for comment in self._comments(slug)[0])]
        newest = max([reached, *(post.published_at for post in launched if post.published_at)])
        found = tuple(post for post in posts if post.published_at is None or post.published_at >= since)
        return FeedPage(found, FeedPosition(after=newest.isoformat()))

    def older(self, before: str, since: datetime) -> OlderPosts:
        """The posts first, then the comments on each that is named."""
        number, cursor = part_of(before)
        slug = self.slugs[number - 1] if number else ""
        posts, following = self._comments(slug, cursor) if slug else self._launched(since, cursor)
        reached = all(post.published_at is None or post.published_at < since for post in posts)
        return OlderPosts(tuple(posts), next_part(number, "" if reached else following, 1 + len(self.slugs)))

    def _news(self, after: datetime, reached: datetime) -> list[FeedPost]:
        """Page by page, until one has what was read before."""
        posts, following = self._launched(after)
        for _ in range(MOST_PAGES):
            if not following or any(post.published_at and post.published_at < reached for post in posts):
                break
            more, following = self._launched(after, following)
            posts += more
        return posts

    def _launched(self, since: datetime, cursor: str = "") -> tuple[list[FeedPost], str]:
        """One page, and where the next one begins."""
        page = self._ask(_PostsAnswer, _POSTS, since=since.isoformat(), after=cursor or None).data.posts
        return [_launch(edge.node) for edge in page.edges], page.page.following

    def _comments(self, slug: str, cursor: str = "") -> tuple[list[FeedPost], str]:
        """As `_launched`."""
        post = self._ask(_PostAnswer, _COMMENTS, slug=slug, after=cursor or None).data.post
        if post is None:
            return [], ""
        return [_comment(edge.node, post) for edge in post.comments.edges], post.comments.page.following

    def _ask(self, answer: type[SomeAnswer], query: str, **variables: str | None) -> SomeAnswer:
        headers = {"Authorization": f"Bearer {self.token}"}
        return read_json(self.reader, answer, "POST", json={"query": query, "variables": variables}, headers=headers)


def _launch(post: _Post) -> FeedPost:
    user = post.user or _User()
    return FeedPost(
        id=post.id,
        url=post.url,
        published_at=post.created_at or None,
        author_name=user.name,
        author_handle=user.username,
        title=post.name,
        text=f"{post.tagline}\n\n{post.description or ''}".strip(),
        score=post.votes,
    )


def _comment(comment: _Comment, post: _Post) -> FeedPost:
    user = comment.user or _User()
    return FeedPost(
        id=f"c_{comment.id}",
        url=comment.url,
        published_at=comment.created_at,
        author_name=user.name,
        author_handle=user.username,
        text=comment.body,
        thread_id=post.id,
        thread_url=post.url,
        thread_title=post.name,
        in_reply_to=f"c_{comment.parent_id}" if comment.parent_id else "",
    )
