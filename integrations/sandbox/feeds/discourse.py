"""Posts of a Discourse forum."""

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route, number


def discourse_routes(posts: Posts) -> list[Route]:
    def newest(http: HttpRequest) -> Json:
        before = number(http, "before", 10**9)
        return {"latest_posts": [_post(one) for one in posts.of("forum") if one.id < before][:50]}

    def one(http: HttpRequest) -> Json:
        found = posts.known("forum", http.at["id"])
        if found is None:
            raise Refused(404, {"errors": ["not found"], "error_type": "not_found"}, "not_found")
        return _post(found)

    return [feed_route("/forum/posts.json", newest, ["before"]), feed_route("/forum/posts/{id}.json", one)]


def _post(post: Post) -> Json:
    return {
        "id": post.id,
        "username": post.author,
        "name": None,
        "created_at": milli_stamp(post.at),
        "updated_at": milli_stamp(post.edited_at or post.at),
        "version": 2 if post.edited_at else 1,
        "cooked": post.html,
        "post_number": 2 if post.thread else 1,
        "topic_id": post.id,
        "topic_slug": "topic",
        "topic_title": post.thread or post.title,
    }
