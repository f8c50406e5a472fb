"""Reddit's feeds for an account with a token. Every subreddit has all posts."""

from html import escape

from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Refused
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route

PER_FEED = 25
ACCOUNT = ("feed", "user")
KNOWN = (*ACCOUNT, "after")
_ADDRESS = "https://www.reddit.com"


def reddit_routes(posts: Posts) -> list[Route]:
    def feed(http: HttpRequest, found: list[Post]) -> Response:
        if not all(map(http.query_value, ACCOUNT)):
            raise Refused(429, "Too Many Requests", "no_account")
        subreddit = str(http.at.get("names", "gitlab")).partition("+")[0]
        after = http.query_value("after")
        names = [_full_name(one) for one in found]
        start = names.index(after) + 1 if after in names else 0
        entries = "".join(_entry(one, subreddit) for one in found[start : start + PER_FEED])
        written = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{http.path}</id><title>r</title>{entries}</feed>'
        return Response(written, media_type="application/atom+xml")

    def written() -> list[Post]:
        return [one for one in posts.all()[::-1] if one.site == "reddit"]

    def new(http: HttpRequest) -> Response:
        return feed(http, [one for one in written() if not one.thread])

    def comments(http: HttpRequest) -> Response:
        return feed(http, [one for one in written() if one.thread])

    def search(http: HttpRequest) -> Response:
        """Of posts alone: comments are not searched."""
        found = [one for one in posts.of("reddit") if not one.thread and one.says(http.query_value("q"))]
        return feed(http, found)

    return [
        feed_route("/reddit/r/{names}/new/.rss", new, KNOWN),
        feed_route("/reddit/r/{names}/comments/.rss", comments, KNOWN),
        feed_route("/reddit/search.rss", search, (*KNOWN, "q", "sort=new")),
    ]


def _full_name(post: Post) -> str:
    return f"t1_{post.id}" if post.thread else f"t3_{post.id}"


def _entry(post: Post, subreddit: str) -> str:
    """What is deleted keeps its place, without its words."""
    rest = f"{post.thread_number}/{post.slug}/{post.id}/" if post.thread else f"{post.id}/{post.slug}/"
    title = f"/u/{post.author} on {post.thread}" if post.thread else post.title
    html = f'<div class="md"><p>{"[deleted]" if post.deleted else post.html}</p></div>'
    return (
        f"<entry><author><name>/u/{escape(post.author)}</name></author>"
        f'<content type="html">{escape(html)}</content><id>{_full_name(post)}</id>'
        f'<link href="{_ADDRESS}/r/{escape(subreddit)}/comments/{rest}"/>'
        f"<updated>{post.at.isoformat()}</updated><title>{escape(title)}</title></entry>"
    )
