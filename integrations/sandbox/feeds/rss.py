"""RSS: any site below `/rss`, and Lobsters. What is deleted is left out, and nothing tells it."""

from collections.abc import Callable, Iterable
from email.utils import format_datetime
from xml.sax.saxutils import escape

from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.api import HttpRequest
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route

PER_FEED = 20
"""Of Lobsters' comments."""
_LOBSTERS = "https://lobste.rs"


def rss_routes(posts: Posts) -> list[Route]:
    def site(http: HttpRequest) -> Response:
        name = str(http.at["site"])
        return _feed(name, (_entry(one) for one in posts.of(name)))

    def lobsters(*, comments: bool) -> Callable[[HttpRequest], Response]:
        def newest(_http: HttpRequest) -> Response:
            found = [one for one in posts.of("lobsters") if bool(one.thread) == comments]
            return _feed("Lobsters", map(_lobsters_entry, found[:PER_FEED]))

        return newest

    return [
        feed_route("/rss/{site}", site),
        feed_route("/lobsters/newest.rss", lobsters(comments=False)),
        feed_route("/lobsters/comments.rss", lobsters(comments=True)),
    ]


def _feed(title: str, items: Iterable[str]) -> Response:
    feed = f'<rss version="2.0"><channel><title>{escape(title)}</title>{"".join(items)}</channel></rss>'
    return Response(feed, media_type="application/rss+xml")


def _entry(post: Post) -> str:
    site = f"https://{post.site}.example.com"
    return _item(post, f"{site}/posts/{post.id}", f"{site}/t/{post.thread_number}" if post.thread else "")


def _lobsters_entry(post: Post) -> str:
    """A comment's date is that of its last edit."""
    if not post.thread:
        story = f"{_LOBSTERS}/s/{post.id}"
        return _item(post, story, f"{story}/{post.slug}")
    return _item(post, f"{_LOBSTERS}/c/{post.id}", f"{_LOBSTERS}/s/{post.thread_number}/{post.slug}")


def _item(post: Post, link: str, comments: str) -> str:
    author = escape(post.author)
    return (
        f"<item><title>{escape(post.title or f'on {post.thread}')}</title><link>{link}</link><guid>{link}</guid>"
        f"<author>{author}@users.example.com ({author})</author>"
        f"{f'<comments>{comments}</comments>' if comments else ''}"
        f"<pubDate>{format_datetime(post.edited_at or post.at)}</pubDate>"
        f"<description>{escape(post.html)}</description></item>"
    )
