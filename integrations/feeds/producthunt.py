"""New posts of Product Hunt, and comments on posts that are named, by a developer's token.

https://api.producthunt.com/v2/docs: nothing there searches texts, and who commented is not told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost, SomeAnswer, feed_reader, read_json
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://api.producthunt.com/v2/api/graphql"
OVERLAP = timedelta(hours=24)
"""A post is planned before it is shown, with the date of its day."""
_POSTS = """query($after: DateTime) { posts(order: NEWEST, postedAfter: $after, first: 20) { edges { node {
  id name tagline description url createdAt votesCount user { name username } } } } }"""
_COMMENTS = """query($slug: String) { post(slug: $slug) { id name url
  comments(order: NEWEST, first: 50) { edges { node { id body createdAt parentId url user { name username } } } } } }"""


def _told(name: str) -> str:
    return "" if name == "[REDACTED]" else name


Told = Annotated[str, AfterValidator(_told)]


class _User(BaseModel):
    name: Told = ""
    username: Told = ""


class _Comment(BaseModel):
    id: str
    body: str = ""
    created_at: AwareDatetime = Field(alias="createdAt")
    parent_id: str | None = Field(default=None, alias="parentId")
    url: str
    user: _User | None = None


class _CommentEdge(BaseModel):
    node: _Comment


class _Comments(BaseModel):
    edges: list[_CommentEdge] = []


class _Post(BaseModel):
    id: str
    name: str
    tagline: str = ""
    description: str | None = None
    url: str
    created_at: AwareDatetime | None = Field(default=None, alias="createdAt")
    votes: int | None = Field(default=None, alias="votesCount")
    user: _User | None = None
    comments: _Comments = _Comments()


class _PostEdge(BaseModel):
    node: _Post


class _Posts(BaseModel):
    edges: list[_PostEdge]


class _PostsData(BaseModel):
    posts: _Posts


class _PostData(BaseModel):
    post: _Post | None


class _PostsAnswer(BaseModel):
    data: _PostsData


class _PostAnswer(BaseModel):
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
        newest_posts = self._ask(_PostsAnswer, _POSTS, after=after.isoformat()).data.posts
        launched = [_launch(one.node) for one in newest_posts.edges]
        posts = [*launched, *self._comments()]
        newest = max([reached, *(post.published_at for post in launched if post.published_at)])
        found = tuple(post for post in posts if post.published_at is None or post.published_at >= since)
        return FeedPage(found, FeedPosition(after=newest.isoformat()))

    def _comments(self) -> Iterator[FeedPost]:
        for slug in self.slugs:
            post = self._ask(_PostAnswer, _COMMENTS, slug=slug).data.post
            if post is not None:
                yield from (_comment(edge.node, post) for edge in post.comments.edges)

    def _ask(self, answer: type[SomeAnswer], query: str, **variables: str) -> SomeAnswer:
        headers = {"Authorization": f"Bearer {self.token}"}
        return read_json(self.reader, answer, "POST", json={"query": query, "variables": variables}, headers=headers)


def _launch(post: _Post) -> FeedPost:
    user = post.user or _User()
    return FeedPost(
        id=post.id,
        url=post.url,
        published_at=post.created_at.astimezone(UTC) if post.created_at else None,
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
        published_at=comment.created_at.astimezone(UTC),
        author_name=user.name,
        author_handle=user.username,
        text=comment.body,
        thread_id=post.id,
        thread_url=post.url,
        thread_title=post.name,
        in_reply_to=f"c_{comment.parent_id}" if comment.parent_id else "",
    )
