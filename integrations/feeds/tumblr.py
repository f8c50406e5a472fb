"""Posts of Tumblr with a tag, by an API key.

https://www.tumblr.com/docs/en/api/v2#tagged--get-posts-with-tag. Its answers leave posts out and have no order, so no
place in them is a position: posts are known by their ids alone.
"""

from dataclasses import dataclass
from datetime import datetime

from integrations.feeds.feed import (
    Epoch,
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    OlderPosts,
    Told,
    feed_reader,
    from_epoch,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://api.tumblr.com/v2/tagged"


class _Post(Told):
    id_string: str
    post_url: str
    blog_name: str = ""
    timestamp: Epoch
    title: str | None = None
    body: str | None = None
    caption: str | None = None
    text: str | None = None
    question: str | None = None
    description: str | None = None
    summary: str = ""


class _Answer(Told):
    response: GoodOnes[_Post]


@dataclass(frozen=True)
class Tumblr:
    tag: str
    key: str
    reader: Reader

    @classmethod
    def at(
        cls, tag: str, key: str, *, url: str = ADDRESS, service: str = "tumblr", outbound: Outbound = UNGUARDED
    ) -> "Tumblr":
        return cls(tag, key, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        asked = {"tag": self.tag, "limit": "20", "api_key": self.key}
        posts = read_json(self.reader, _Answer, params=asked).response
        return FeedPage(tuple(_post(one) for one in posts if from_epoch(one.timestamp) >= since), position)

    def older(self, before: str, since: datetime) -> OlderPosts:
        asked = {"tag": self.tag, "limit": "20", "api_key": self.key, **({"before": before} if before else {})}
        posts = read_json(self.reader, _Answer, params=asked).response
        oldest = min((one.timestamp for one in posts), default=0)
        more = from_epoch(oldest) >= since and str(int(oldest)) != before
        return OlderPosts(tuple(map(_post, posts)), str(int(oldest)) if posts and more else "")


def _post(post: _Post) -> FeedPost:
    return FeedPost(
        id=post.id_string,
        url=post.post_url,
        published_at=from_epoch(post.timestamp),
        author_handle=post.blog_name,
        title=post.title or "",
        html=post.body or post.caption or post.text or post.question or post.description or post.summary,
    )
