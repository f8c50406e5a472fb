"""Comments on the videos of one channel of YouTube, by an API key.

https://developers.google.com/youtube/v3/docs/commentThreads/list: one unit of the day's quota for a page. There is no
`since`: pages are read, the newest thread first, until one is known. Replies come with their thread, as far as that is
read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

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
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://www.googleapis.com/youtube/v3/commentThreads"
MOST_PAGES = 3


class _CommentSnippet(Told):
    text: str = Field(default="", alias="textDisplay")
    author: str = Field(default="", alias="authorDisplayName")
    author_url: str = Field(default="", alias="authorChannelUrl")
    published_at: Moment = Field(alias="publishedAt")
    parent_id: str = Field(default="", alias="parentId")


class _Comment(Told):
    id: str
    snippet: _CommentSnippet


class _ThreadSnippet(Told):
    video_id: str = Field(default="", alias="videoId")
    top: _Comment = Field(alias="topLevelComment")


class _Replies(Told):
    comments: list[_Comment] = Field(default_factory=list)


class _Thread(Told):
    snippet: _ThreadSnippet
    replies: _Replies = _Replies()


class _Answer(Told):
    items: GoodOnes[_Thread]
    next_page: str = Field(default="", alias="nextPageToken")


class _Known(Told):
    id: str


class _KnownOnes(Told):
    items: list[_Known]


@dataclass(frozen=True)
class YouTube:
    channel_id: str
    key: str
    address: str
    reader: Reader

    @classmethod
    def at(
        cls, channel_id: str, key: str, *, url: str = ADDRESS, service: str = "youtube", outbound: Outbound = UNGUARDED
    ) -> "YouTube":
        return cls(channel_id, key, url, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = datetime.fromisoformat(position.after) if position.after else since
        posts = [
            _post(thread, comment)
            for thread in self._threads(reached)
            for comment in (thread.snippet.top, *thread.replies.comments)
            if comment.snippet.published_at >= since
        ]
        newest = max([reached, *(post.published_at for post in posts if post.published_at)])
        return FeedPage(tuple(posts), FeedPosition(after=newest.isoformat()))

    def older(self, before: str, since: datetime) -> OlderPosts:
        answer = self._page(before)
        posts = tuple(
            _post(thread, comment)
            for thread in answer.items
            for comment in (thread.snippet.top, *thread.replies.comments)
        )
        oldest = min((one.snippet.top.snippet.published_at for one in answer.items), default=since)
        return OlderPosts(posts, answer.next_page if oldest >= since else "")

    def gone(self, ids: Sequence[str]) -> set[str]:
        """The source leaves out what was deleted."""
        comments = self.reader.at(f"{self.address.rpartition('/')[0]}/comments")
        asked = {"part": "id", "id": ",".join(ids), "key": self.key}
        return {*ids} - {one.id for one in read_json(comments, _KnownOnes, params=asked).items}

    def _threads(self, reached: datetime) -> Iterator[_Thread]:
        page = ""
        for _ in range(MOST_PAGES):
            answer = self._page(page)
            yield from answer.items
            oldest = min((one.snippet.top.snippet.published_at for one in answer.items), default=reached)
            page = answer.next_page
            if not page or oldest < reached:
                return

    def _page(self, token: str) -> _Answer:
        asked = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": self.channel_id,
            "order": "time",
            "maxResults": "100",
            "textFormat": "plainText",
            "key": self.key,
            **({"pageToken": token} if token else {}),
        }
        return read_json(self.reader, _Answer, params=asked)


def _post(thread: _Thread, comment: _Comment) -> FeedPost:
    said, video = comment.snippet, thread.snippet.video_id
    watch = f"https://www.youtube.com/watch?v={video}"
    return FeedPost(
        id=comment.id,
        url=f"{watch}&lc={comment.id}" if video else said.author_url or watch,
        published_at=said.published_at,
        author_name=said.author,
        author_url=said.author_url,
        text=said.text,
        thread_id=video,
        thread_url=watch if video else "",
        in_reply_to=said.parent_id,
    )
