"""Questions of a Stack Exchange site: every tag finds all of them, words those that have them.

As there, answers are compressed, asked or not.
"""

import gzip
import json
from collections.abc import Callable
from html import escape

from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import feed_route, number

BY_TAG = ("tagged", "fromdate", "sort=creation", "order=asc", "page", "filter=withbody", "site", "pagesize", "key")
BY_WORDS = ("q", *BY_TAG[1:])
BY_ID = ("site", "pagesize", "key")


def stackexchange_routes(posts: Posts) -> list[Route]:
    def by_tag(http: HttpRequest) -> Response:
        if not http.query_value("tagged"):
            raise Refused(400, {"error_id": 400, "error_name": "bad_parameter"}, "tagged_missing")
        return listed(http)

    def by_words(http: HttpRequest) -> Response:
        words = http.query_value("q").strip('"').lower()
        return listed(http, lambda post: words in f"{post.title} {post.html}".lower())

    def listed(http: HttpRequest, wanted: Callable[[Post], bool] = lambda _: True) -> Response:
        since, page, size = number(http, "fromdate", 0), number(http, "page", 1), number(http, "pagesize", 30, most=100)
        found = [one for one in posts.of("stackexchange")[::-1] if int(one.at.timestamp()) >= since and wanted(one)]
        return _wrapped(found[(page - 1) * size : page * size], has_more=len(found) > page * size)

    def by_id(http: HttpRequest) -> Response:
        asked = str(http.at["ids"]).split(";")
        return _wrapped([one for one in posts.of("stackexchange") if str(one.id) in asked], has_more=False)

    return [
        feed_route("/stackexchange", by_tag, BY_TAG),
        feed_route("/search/advanced", by_words, BY_WORDS),
        feed_route("/stackexchange/{ids}", by_id, BY_ID),
    ]


def _wrapped(found: list[Post], *, has_more: bool) -> Response:
    answer = {"items": [_question(one) for one in found], "has_more": has_more, "quota_remaining": 290}
    packed = gzip.compress(json.dumps(answer).encode(), mtime=0)
    return Response(packed, media_type="application/json", headers={"Content-Encoding": "gzip"})


def _question(post: Post) -> Json:
    return {
        "question_id": post.id,
        "link": f"https://stackoverflow.com/questions/{post.id}/question",
        "title": escape(post.title),
        "creation_date": int(post.at.timestamp()),
        "body": post.html,
        "score": 0,
        "owner": {"display_name": escape(post.author), "user_id": 7, "link": ""},
    }
