"""Sites where people write, in the forms of Hacker News' search, Stack Exchange, Discourse, Disqus and RSS.

Beside them stands the archive of a documentation.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import escape as xml_escape

from starlette.responses import Response

from integrations.sandbox.api import HttpRequest, Json, Refused, route
from integrations.sandbox.clock import Clock
from integrations.sandbox.docs_archive import docs_archive
from integrations.sandbox.service import Service

FIRST_ID = 9000


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    site: str
    author: str
    title: str
    html: str
    thread: str
    """The title of what it comments; empty: it is no comment."""
    at: datetime
    answers: int
    """The post that it answers; 0: none."""

    @property
    def page(self) -> str:
        """Of the article that a blog comment stands under."""
        words = (self.thread or self.title).lower().split()
        return f"https://{self.site}.example.com/{'-'.join(''.join(filter(str.isalnum, word)) for word in words)}"


class FeedsSandbox(Service):
    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("feeds", clock, port, counted="/")
        self._posts: list[Post] = []
        self.app.router.routes += [
            route("GET", "/hackernews", self._hackernews),
            route("GET", "/stackexchange", self._stackexchange),
            route("GET", "/forum/posts.json", self._forum),
            route("GET", "/disqus", self._disqus),
            route("GET", "/rss/{site}", self._rss),
            route("GET", "/docs.tar.gz", self._docs),
        ]

    def write(
        self, site: str, html: str, *, author: str = "somebody", title: str = "", thread: str = "", answers: int = 0
    ) -> int:
        """A post or comment: on `hackernews`, `stackexchange`, `forum`, `disqus`, or any site of `/rss/<site>`."""
        post = Post(FIRST_ID + len(self._posts), site, author, title, html, thread, self.clock.now(), answers)
        self._posts.append(post)
        return post.id

    def posts(self) -> list[Json]:
        return [{"id": one.id, "site": one.site, "author": one.author, "html": one.html} for one in self._posts]

    def _of(self, site: str) -> list[Post]:
        return [one for one in self._posts[::-1] if one.site == site]

    def _hackernews(self, http: HttpRequest) -> Json:
        words = http.query_value("query").strip('"').lower()
        found = [one for one in self._of("hackernews") if words in f"{one.title} {one.html}".lower()]
        return {"hits": [_hit(one) for one in found]}

    def _stackexchange(self, http: HttpRequest) -> Json:
        if not http.query_value("tagged"):
            raise Refused(400, {"error_id": 400, "error_name": "bad_parameter"}, "tagged_missing")
        return {
            "items": [_question(one) for one in self._of("stackexchange")],
            "has_more": False,
            "quota_remaining": 290,
        }

    def _forum(self, http: HttpRequest) -> Json:
        before = int(http.query_value("before") or 10**9)
        return {"latest_posts": [_forum_post(one) for one in self._of("forum") if one.id < before][:50]}

    def _disqus(self, http: HttpRequest) -> Json:
        if not http.query_value("api_key"):
            raise Refused(401, {"code": 5, "response": "Invalid API key"}, "api_key_missing")
        since = int(http.query_value("since") or 0)
        found = [one for one in self._of("disqus")[::-1] if one.at.timestamp() >= since]
        return {"code": 0, "cursor": {"hasNext": False, "next": ""}, "response": [_comment(one) for one in found]}

    def _rss(self, http: HttpRequest) -> Response:
        items = "".join(map(self._item, self._of(str(http.at["site"]))))
        feed = f'<rss version="2.0"><channel><title>{http.at["site"]}</title>{items}</channel></rss>'
        return Response(feed, media_type="application/rss+xml")

    def _docs(self, http: HttpRequest) -> Response:
        archive, etag = docs_archive()
        if http.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(archive, media_type="application/gzip", headers={"ETag": etag})

    def _item(self, post: Post) -> str:
        link = f"https://{post.site}.example.com/posts/{post.id}"
        thread = (
            f"<comments>https://{post.site}.example.com/t/{abs(hash(post.thread))}</comments>" if post.thread else ""
        )
        return (
            f"<item><title>{xml_escape(post.title or f'on {post.thread}')}</title><link>{link}</link>"
            f"<guid>{link}</guid>"
            f"<author>{xml_escape(post.author)}@users.example.com ({xml_escape(post.author)})</author>{thread}"
            f"<pubDate>{format_datetime(post.at)}</pubDate><description>{xml_escape(post.html)}</description></item>"
        )


def _hit(post: Post) -> Json:
    comment = {"comment_text": post.html, "story_id": 1, "story_title": post.thread} if post.thread else {}
    return {
        "objectID": str(post.id),
        "created_at_i": int(post.at.timestamp()),
        "author": post.author,
        "title": post.title or None,
        "story_text": None if post.thread else post.html,
        "points": 1,
        **comment,
    }


def _question(post: Post) -> Json:
    return {
        "question_id": post.id,
        "link": f"https://stackoverflow.com/questions/{post.id}/question",
        "title": escape(post.title),
        "creation_date": int(post.at.timestamp()),
        "body": post.html,
        "score": 0,
        "owner": {"display_name": escape(post.author), "user_id": 7, "link": ""},
    }


def _comment(post: Post) -> Json:
    return {
        "id": str(post.id),
        "createdAt": f"{post.at:%Y-%m-%dT%H:%M:%S}",
        "message": post.html,
        "author": {"name": post.author, "username": post.author, "profileUrl": ""},
        "thread": {"id": post.page.rpartition("/")[2], "link": post.page, "title": post.thread},
        "parent": post.answers or None,
        "isDeleted": False,
        "isSpam": False,
    }


def _forum_post(post: Post) -> Json:
    return {
        "id": post.id,
        "username": post.author,
        "name": None,
        "created_at": post.at.isoformat().replace("+00:00", "Z"),
        "cooked": post.html,
        "post_number": 2 if post.thread else 1,
        "topic_id": post.id,
        "topic_slug": "topic",
        "topic_title": post.thread or post.title,
    }
