"""Hacker News: Algolia's search, and items of its own API."""

import re

from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, answer
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bad_request, feed_route, number

_FILTER = re.compile(r"created_at_i(>=|<=)(\d{1,12})")
SEARCH = ("query", "tags=(story,comment)", "numericFilters", "hitsPerPage", "typoTolerance=false")


def hackernews_routes(posts: Posts) -> list[Route]:
    def search(http: HttpRequest) -> Json:
        first, last = 0, 10**12
        for one in filter(None, http.query_value("numericFilters").split(",")):
            limit = _FILTER.fullmatch(one)
            if limit is None:
                raise bad_request(one)
            first, last = (int(limit[2]), last) if limit[1] == ">=" else (first, int(limit[2]))
        found = [one for one in posts.of("hackernews") if first <= int(one.at.timestamp()) <= last]
        hits = [_hit(one) for one in found if one.says(http.query_value("query"))]
        return {"hits": hits[: number(http, "hitsPerPage", 20, most=1000)]}

    def item(http: HttpRequest) -> Response:
        """null: there never was such an item."""
        found = next((one for one in posts.all() if str(one.id) == http.at["id"]), None)
        return answer(found and {"id": found.id, **({"deleted": True} if found.deleted else {"text": found.html})})

    return [feed_route("/hackernews", search, SEARCH), feed_route("/hackernews/item/{id}.json", item)]


def _hit(post: Post) -> Json:
    comment = {"comment_text": post.html, "story_id": 1, "story_title": post.thread} if post.thread else {}
    return {
        "objectID": str(post.id),
        "created_at_i": int(post.at.timestamp()),
        "author": post.author,
        "title": post.title or None,
        "story_text": None if post.thread else post.html,
        "points": 1,
        **comment,
    }
