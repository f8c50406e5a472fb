"""A server of Mastodon: public posts with a hashtag, and single ones."""

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route, number


def mastodon_routes(posts: Posts, url: str) -> list[Route]:
    """`url`: of the server."""

    def with_hashtag(http: HttpRequest) -> list[Json]:
        """The newest first; with `min_id` those that come next after it."""
        limit, after, before = number(http, "limit", 20, 40), number(http, "min_id", 0), number(http, "max_id", 10**18)
        tagged = [one for one in posts.of("mastodon") if one.says(f"#{http.at['hashtag']}")]
        found = [one for one in tagged if after < one.id < before]
        return [_status(one, url) for one in (found[-limit:] if after else found[:limit])]

    def one(http: HttpRequest) -> Json:
        found = posts.known("mastodon", http.at["id"])
        if found is None:
            raise Refused(404, {"error": "Record not found"}, "not_found")
        return _status(found, url)

    return [
        feed_route("/mastodon/api/v1/timelines/tag/{hashtag}", with_hashtag, ["limit", "min_id", "max_id"]),
        feed_route("/mastodon/api/v1/statuses/{id}", one),
    ]


def _status(post: Post, url: str) -> Json:
    return {
        "id": str(post.id),
        "uri": f"{url}/users/{post.author}/statuses/{post.id}",
        "url": f"{url}/@{post.author}/{post.id}",
        "created_at": milli_stamp(post.at),
        "edited_at": milli_stamp(post.edited_at) if post.edited_at else None,
        "content": post.html,
        "account": {"acct": post.author, "display_name": post.author.title(), "url": f"{url}/@{post.author}"},
        "in_reply_to_id": str(post.answers) if post.answers else None,
        "reblog": None,
    }
