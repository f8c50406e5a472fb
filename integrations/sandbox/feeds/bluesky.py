"""An account's server of Bluesky: a session, the search, and posts by their address."""

from starlette.routing import Route

from integrations.sandbox.api import Handler, HttpRequest, Json, Refused, Result, json_object
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bad_request, bearer, feed_route, number

SESSION = "sandbox-bluesky-session"
SEARCH = ("q", "sort=latest", "limit", "cursor")
MOST_ASKED = 25


def bluesky_routes(posts: Posts) -> list[Route]:
    def search(http: HttpRequest) -> Json:
        start, limit = number(http, "cursor", 0), number(http, "limit", 25, most=100)
        found = [one for one in posts.of("bluesky") if one.says(http.query_value("q"))]
        more = {"cursor": str(start + limit)} if len(found) > start + limit else {}
        return {"posts": [_post(one, posts) for one in found[start : start + limit]], **more}

    def by_address(http: HttpRequest) -> Json:
        asked = [value for _name, value in http.query]
        if len(asked) > MOST_ASKED:
            raise bad_request(f"more than {MOST_ASKED} uris")
        return {"posts": [_post(one, posts) for one in posts.of("bluesky") if _uri(one) in asked]}

    return [
        feed_route("/bluesky/xrpc/com.atproto.server.createSession", _log_in, method="POST"),
        feed_route("/bluesky/xrpc/app.bsky.feed.searchPosts", _for_session(search), SEARCH),
        feed_route("/bluesky/xrpc/app.bsky.feed.getPosts", _for_session(by_address), ["uris"]),
    ]


def _log_in(http: HttpRequest) -> Json:
    given = json_object(http.body) or {}
    if given.keys() != {"identifier", "password"}:
        raise bad_request("a session without identifier and password, or with more,")
    if not all(given.values()):
        raise Refused(401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, "login")
    return {"accessJwt": SESSION, "refreshJwt": SESSION, "handle": given["identifier"], "did": "did:plc:us"}


def _for_session(serve: Handler) -> Handler:
    def checked(http: HttpRequest) -> Result:
        if bearer(http) != SESSION:
            raise Refused(401, {"error": "AuthMissing", "message": "Authentication Required"}, "no_session")
        return serve(http)

    return checked


def _uri(post: Post) -> str:
    return f"at://did:plc:{post.author}/app.bsky.feed.post/{post.id}"


def _post(post: Post, posts: Posts) -> Json:
    reply = {"root": {"uri": _uri(posts.first(post))}, "parent": {"uri": _uri(posts.answered(post))}}
    record = {"text": post.text, "createdAt": milli_stamp(post.at), **({"reply": reply} if post.answers else {})}
    return {
        "uri": _uri(post),
        "author": {
            "did": f"did:plc:{post.author}",
            "handle": f"{post.author}.example",
            "displayName": post.author.title(),
        },
        "record": record,
        "indexedAt": milli_stamp(post.at),
    }
