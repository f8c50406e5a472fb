"""The newest public posts of a Discourse forum. No account.

`GET /posts.json?before=`: 50 posts, the newest id first. Posts that a moderator lets through come late, with their old
id, so a page more than needed is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    Moment,
    OlderPosts,
    Told,
    feed_reader,
    from_json,
    is_gone,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

PATH = "/posts.json"
MOST_PAGES = 10


class _Post(Told):
    id: int
    username: str = ""
    name: str | None = None
    created_at: Moment
    cooked: str = ""
    post_number: int = 1
    topic_id: int
    topic_slug: str = "-"
    topic_title: str = ""
    reply_to_post_number: int | None = None
    post_type: int = 1
    topic_archetype: str = "regular"
    hidden: bool = False

    @property
    def is_for_all(self) -> bool:
        """No private message, whisper, moderator's action or post that waits for approval."""
        return self.post_type == 1 and self.topic_archetype == "regular" and not self.hidden


class _Pushed(Told):
    post: _Post


class _Answer(Told):
    latest_posts: GoodOnes[_Post]


@dataclass(frozen=True)
class Discourse:
    url: str
    """Of the forum, without a slash at its end."""
    reader: Reader

    @classmethod
    def at(cls, url: str, *, service: str = "discourse", outbound: Outbound = UNGUARDED) -> "Discourse":
        url = url.rstrip("/")
        return cls(url, feed_reader(service, f"{url}{PATH}", outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = int(position.after or 0)
        found: dict[int, _Post] = {}
        before: int | None = None
        for _ in range(MOST_PAGES):
            asked = {"before": str(before)} if before else {}
            posts = read_json(self.reader, _Answer, params=asked).latest_posts
            found.update({post.id: post for post in posts if post.created_at >= since})
            if not posts:
                break
            oldest = min(posts, key=lambda post: post.id)
            if oldest.id <= reached or oldest.created_at < since:
                break
            before = oldest.id
        newest = max([reached, *found])
        public = tuple(_post(self.url, post) for post in found.values() if post.is_for_all)
        return FeedPage(public, FeedPosition(after=str(newest)))

    def older(self, before: str, since: datetime) -> OlderPosts:
        posts = read_json(self.reader, _Answer, params={"before": before} if before else {}).latest_posts
        oldest = min(posts, key=lambda post: post.id, default=None)
        more = oldest is not None and oldest.created_at >= since and str(oldest.id) != before
        return OlderPosts(
            tuple(_post(self.url, post) for post in posts if post.is_for_all), str(oldest.id) if oldest and more else ""
        )

    def gone(self, ids: Sequence[str]) -> set[str]:
        """One request each."""
        return {one for one in ids if is_gone(self.reader.at(f"{self.url}/posts/{one}.json"))}


def pushed_post(url: str, body: bytes) -> FeedPost | None:
    """The post that the forum's webhook delivers; None: not everybody may read it. Raises ValueError."""
    post = from_json(_Pushed, body).post
    return _post(url.rstrip("/"), post) if post.is_for_all else None


def _post(url: str, post: _Post) -> FeedPost:
    topic = f"{url}/t/{post.topic_slug}/{post.topic_id}"
    answered = post.reply_to_post_number
    return FeedPost(
        id=str(post.id),
        url=f"{topic}/{post.post_number}",
        published_at=post.created_at,
        author_name=post.name or "",
        author_handle=post.username,
        author_url=f"{url}/u/{post.username}" if post.username else "",
        title=post.topic_title if post.post_number == 1 else "",
        html=post.cooked,
        thread_id=str(post.topic_id),
        thread_url=topic,
        thread_title=post.topic_title,
        in_reply_to=f"{topic}/{answered}" if answered else "",
    )
