"""Reddit's API for an application with a key. Every subreddit has all posts."""

from base64 import b64decode
from collections.abc import Iterable
from urllib.parse import parse_qs

from starlette.routing import Route

from integrations.sandbox.api import Handler, HttpRequest, Json, Refused, Result
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bad_request, bearer, feed_route, number

SESSION = "sandbox-reddit-token"
LISTING = ("limit", "after", "raw_json=1")
MOST_ASKED = 100
_NOBODY = "[deleted]"


def reddit_api_routes(posts: Posts) -> list[Route]:
    def written(*, comments: bool) -> list[Post]:
        return [one for one in posts.all()[::-1] if one.site == "reddit" and bool(one.thread) == comments]

    def listing(*, comments: bool) -> Handler:
        return _with_token(lambda http: _listing(http, written(comments=comments)))

    def search(http: HttpRequest) -> Json:
        return _listing(http, [one for one in written(comments=False) if one.says(http.query_value("q"))])

    def info(http: HttpRequest) -> Json:
        asked = http.query_value("id").split(",")
        if len(asked) > MOST_ASKED:
            raise bad_request(f"more than {MOST_ASKED} ids")
        both = [*written(comments=False), *written(comments=True)]
        return _page(one for one in both if _full_name(one) in asked)

    return [
        feed_route("/reddit/api/v1/access_token", _log_in, method="POST"),
        feed_route("/reddit-api/r/{names}/new", listing(comments=False), LISTING),
        feed_route("/reddit-api/r/{names}/comments", listing(comments=True), LISTING),
        feed_route("/reddit-api/search", _with_token(search), (*LISTING, "q", "sort=new", "type=link")),
        feed_route("/reddit-api/api/info", _with_token(info), ("id", "raw_json=1")),
    ]


def _log_in(http: HttpRequest) -> Json:
    scheme, _, given = http.headers.get("authorization", "").partition(" ")
    if scheme != "Basic" or not all(b64decode(given).decode().partition(":")):
        raise Refused(401, {"message": "Unauthorized", "error": 401}, "no_key")
    if parse_qs(http.body.decode()) != {"grant_type": ["client_credentials"]}:
        raise bad_request("a token without its grant_type, or with more,")
    return {"access_token": SESSION, "token_type": "bearer", "expires_in": 86400, "scope": "*"}


def _with_token(serve: Handler) -> Handler:
    def checked(http: HttpRequest) -> Result:
        if bearer(http) != SESSION:
            raise Refused(401, {"message": "Unauthorized", "error": 401}, "no_token")
        return serve(http)

    return checked


def _listing(http: HttpRequest, found: list[Post]) -> Json:
    names, after, limit = [_full_name(one) for one in found], http.query_value("after"), number(http, "limit", 25, 100)
    start = names.index(after) + 1 if after in names else 0
    more = len(found) > start + limit
    return _page(found[start : start + limit], after=names[start + limit - 1] if more else None)


def _page(found: Iterable[Post], *, after: str | None = None) -> Json:
    children = [{"kind": _full_name(one)[:2], "data": _comment(one) if one.thread else _post(one)} for one in found]
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(children), "children": children}}


def _full_name(post: Post) -> str:
    return f"t1_{post.id}" if post.thread else f"t3_{post.id}"


def _common(post: Post) -> Json:
    return {
        "id": str(post.id),
        "name": _full_name(post),
        "author": _NOBODY if post.deleted else post.author,
        "created_utc": post.at.timestamp(),
        "edited": post.edited_at.timestamp() if post.edited_at else False,
        "score": 1,
        "subreddit": "gitlab",
    }


def _post(post: Post) -> Json:
    """What is deleted keeps its place, without its words."""
    return {
        **_common(post),
        "title": post.title,
        "selftext": _NOBODY if post.deleted else post.text,
        "selftext_html": None if post.deleted else f'<div class="md"><p>{post.html}</p></div>',
        "is_self": True,
        "removed_by_category": "deleted" if post.deleted else None,
        "permalink": f"/r/gitlab/comments/{post.id}/{post.slug}/",
    }


def _comment(post: Post) -> Json:
    place = f"/r/gitlab/comments/{post.thread_number}/{post.slug}/"
    return {
        **_common(post),
        "body": _NOBODY if post.deleted else post.text,
        "body_html": f'<div class="md"><p>{_NOBODY if post.deleted else post.html}</p></div>',
        "link_id": f"t3_{post.thread_number}",
        "link_title": post.thread,
        "link_permalink": f"https://www.reddit.com{place}",
        "parent_id": f"t1_{post.answers}" if post.answers else f"t3_{post.thread_number}",
        "permalink": f"{place}{post.id}/",
    }
