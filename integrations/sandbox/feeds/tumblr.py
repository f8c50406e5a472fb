"""Posts of Tumblr; every tag finds all of them."""

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bad_request, feed_route, number


def tumblr_routes(posts: Posts) -> list[Route]:
    def tagged(http: HttpRequest) -> Json:
        if not http.query_value("api_key"):
            raise Refused(401, {"meta": {"status": 401, "msg": "Unauthorized"}, "response": []}, "api_key_missing")
        if not (tag := http.query_value("tag")):
            raise bad_request("no tag")
        before, limit = number(http, "before", 10**12), number(http, "limit", 20, most=20)
        found = [one for one in posts.of("tumblr") if int(one.at.timestamp()) < before][:limit]
        return {"meta": {"status": 200, "msg": "OK"}, "response": [_post(one, tag) for one in found]}

    return [feed_route("/tumblr", tagged, ["tag", "before", "limit", "api_key"])]


def _post(post: Post, tag: str) -> Json:
    return {
        "id": post.id,
        "id_string": str(post.id),
        "post_url": f"https://{post.author}.tumblr.com/post/{post.id}",
        "blog_name": post.author,
        "timestamp": int(post.at.timestamp()),
        "type": "text",
        "title": post.title or None,
        "body": post.html,
        "tags": [tag],
    }
