"""Sites where people write, in the forms that the feeds read. Beside them stands the archive of a documentation."""

from starlette.responses import Response

from integrations.sandbox.api import HttpRequest, Json
from integrations.sandbox.clock import Clock
from integrations.sandbox.docs_archive import docs_archive
from integrations.sandbox.feeds.bluesky import bluesky_routes
from integrations.sandbox.feeds.discourse import discourse_routes
from integrations.sandbox.feeds.disqus import disqus_routes
from integrations.sandbox.feeds.hackernews import hackernews_routes
from integrations.sandbox.feeds.mastodon import mastodon_routes
from integrations.sandbox.feeds.posts import Posts
from integrations.sandbox.feeds.producthunt import producthunt_routes
from integrations.sandbox.feeds.reddit import reddit_routes
from integrations.sandbox.feeds.reddit_api import reddit_api_routes
from integrations.sandbox.feeds.rss import rss_routes
from integrations.sandbox.feeds.stackexchange import stackexchange_routes
from integrations.sandbox.feeds.strict import feed_route
from integrations.sandbox.feeds.tumblr import tumblr_routes
from integrations.sandbox.feeds.youtube import youtube_routes
from integrations.sandbox.service import Service


class FeedsSandbox(Service):
    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("feeds", clock, port, counted="/")
        self._posts = Posts(clock)
        self.app.router.routes += [
            *hackernews_routes(self._posts),
            *stackexchange_routes(self._posts),
            *discourse_routes(self._posts),
            *disqus_routes(self._posts),
            *rss_routes(self._posts),
            *reddit_routes(self._posts),
            *reddit_api_routes(self._posts),
            *mastodon_routes(self._posts, f"{self.url}/mastodon"),
            *bluesky_routes(self._posts),
            *tumblr_routes(self._posts),
            *youtube_routes(self._posts),
            *producthunt_routes(self._posts),
            feed_route("/docs.tar.gz", self._docs),
        ]

    def write(
        self, site: str, html: str, *, author: str = "somebody", title: str = "", thread: str = "", answers: int = 0
    ) -> int:
        """A post or comment, on `forum` or a site with the name of its feed's type, or any of `/rss/<site>`."""
        return self._posts.write(site, html, author=author, title=title, thread=thread, answers=answers)

    def edit(self, post_id: int, html: str) -> None:
        self._posts.edit(post_id, html)

    def delete(self, post_id: int) -> None:
        self._posts.delete(post_id)

    def posts(self) -> list[Json]:
        return [{"id": one.id, "site": one.site, "author": one.author, "html": one.html} for one in self._posts.all()]

    def _docs(self, http: HttpRequest) -> Response:
        archive, etag = docs_archive()
        if http.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(archive, media_type="application/gzip", headers={"ETag": etag})
