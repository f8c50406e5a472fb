"""Product Hunt by GraphQL: the newest posts, and the comments on one. Who commented is not told."""

import re
from datetime import datetime

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused, json_object
from integrations.sandbox.clock import second_stamp
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bearer, feed_route

_WORD = re.compile(r"[A-Za-z]\w*")
_SCHEMA = frozenset(
    _WORD.findall("""query DateTime String posts post comments edges node order NEWEST postedAfter first after slug
    since pageInfo hasNextPage endCursor id name tagline description url createdAt votesCount user username body
    parentId""")
)
_ADDRESS = "https://www.producthunt.com/posts"


def producthunt_routes(posts: Posts) -> list[Route]:
    def ask(http: HttpRequest) -> Json:
        if not bearer(http):
            raise Refused(401, {"data": None, "errors": [{"error": "invalid_oauth_token"}]}, "token_missing")
        given = json_object(http.body) or {}
        words = set(_WORD.findall(str(given.get("query"))))
        variables = given.get("variables") or {}
        wanted = {"since", "after"} if "posts" in words else {"slug", "after"}
        if given.keys() != {"query", "variables"} or words - _SCHEMA or variables.keys() != wanted:
            return {"data": None, "errors": [{"message": f"not known: {sorted(words - _SCHEMA)}, {variables}"}]}
        written = posts.of("producthunt")
        launched = [one for one in written if not one.thread]
        if "posts" in words:
            since = datetime.fromisoformat(variables["since"])
            found = [_launch(one) for one in launched if one.at >= since]
            return {"data": {"posts": _page(found, variables["after"], 20)}}
        post = next((one for one in launched if one.slug == variables["slug"]), None)
        if post is None:
            return {"data": {"post": None}}
        comments = [_comment(one, post) for one in written if one.thread == post.title]
        return {"data": {"post": {**_launch(post), "comments": _page(comments, variables["after"], 50)}}}

    return [feed_route("/producthunt", ask, method="POST")]


def _page(nodes: list[Json], after: str | None, first: int) -> Json:
    """A cursor is a number here, which nobody may rely on."""
    start = int(after or 0)
    end = start + first
    info = {"hasNextPage": end < len(nodes), "endCursor": str(end)}
    return {"edges": [{"node": one} for one in nodes[start:end]], "pageInfo": info}


def _launch(post: Post) -> Json:
    return {
        "id": str(post.id),
        "name": post.title,
        "tagline": post.text,
        "description": None,
        "url": f"{_ADDRESS}/{post.slug}",
        "createdAt": second_stamp(post.at),
        "votesCount": 1,
        "user": {"name": post.author.title(), "username": post.author},
    }


def _comment(post: Post, launch: Post) -> Json:
    return {
        "id": str(post.id),
        "body": post.text,
        "createdAt": second_stamp(post.at),
        "parentId": str(post.answers) if post.answers else None,
        "url": f"{_ADDRESS}/{launch.slug}?comment={post.id}",
        "user": {"name": "[REDACTED]", "username": "[REDACTED]"},
    }
