"""Comments on a blog, as Disqus has them."""

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route, number

LISTED = ("api_key", "forum", "since", "order=asc", "limit", "related=thread")


def disqus_routes(posts: Posts) -> list[Route]:
    def comments(http: HttpRequest) -> Json:
        _check_key(http)
        since, limit = number(http, "since", 0), number(http, "limit", 25, most=100)
        found = [one for one in posts.of("disqus")[::-1] if one.at.timestamp() >= since][:limit]
        return {"code": 0, "cursor": {"hasNext": False, "next": ""}, "response": [_comment(one) for one in found]}

    def details(http: HttpRequest) -> Json:
        _check_key(http)
        asked = http.query_value("post")
        found = next((one for one in posts.all() if one.site == "disqus" and str(one.id) == asked), None)
        if found is None:
            raise Refused(400, {"code": 2, "response": "Invalid argument, 'post'"}, "post_missing")
        return {"code": 0, "response": _comment(found)}

    return [feed_route("/disqus", comments, LISTED), feed_route("/details.json", details, ["api_key", "post"])]


def _check_key(http: HttpRequest) -> None:
    if not http.query_value("api_key"):
        raise Refused(401, {"code": 5, "response": "Invalid API key"}, "api_key_missing")


def _comment(post: Post) -> Json:
    return {
        "id": str(post.id),
        "createdAt": f"{post.at:%Y-%m-%dT%H:%M:%S}",
        "message": post.html,
        "author": {"name": post.author, "username": post.author, "profileUrl": ""},
        "thread": {"id": post.slug, "link": post.page, "title": post.thread},
        "parent": post.answers or None,
        "isEdited": post.edited_at is not None,
        "isDeleted": post.deleted,
        "isSpam": False,
    }
