"""Comments on the videos of a channel of YouTube, in threads, and single ones by id."""

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused
from integrations.sandbox.clock import second_stamp
from integrations.sandbox.feeds.posts import Post, Posts
from integrations.sandbox.feeds.strict import bad_request, feed_route, number

THREADS = (
    *("part=snippet,replies", "allThreadsRelatedToChannelId", "order=time", "maxResults"),
    *("textFormat=plainText", "key", "pageToken"),
)


def youtube_routes(posts: Posts) -> list[Route]:
    def threads(http: HttpRequest) -> Json:
        _check_key(http)
        if not http.query_value("allThreadsRelatedToChannelId"):
            raise bad_request("no filter")
        start, size = number(http, "pageToken", 0), number(http, "maxResults", 20, most=100)
        top = [one for one in posts.of("youtube") if not one.answers]
        more = {"nextPageToken": str(start + size)} if len(top) > start + size else {}
        return {"items": [_thread(one, posts) for one in top[start : start + size]], **more}

    def by_id(http: HttpRequest) -> Json:
        _check_key(http)
        asked = http.query_value("id").split(",")
        return {"items": [{"id": str(one.id)} for one in posts.of("youtube") if str(one.id) in asked]}

    return [
        feed_route("/youtube/commentThreads", threads, THREADS),
        feed_route("/youtube/comments", by_id, ["part=id", "id", "key"]),
    ]


def _check_key(http: HttpRequest) -> None:
    if not http.query_value("key"):
        raise Refused(403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}}, "key_missing")


def _thread(post: Post, posts: Posts) -> Json:
    replies = [_comment(one, post) for one in posts.of("youtube") if one.answers and posts.first(one) == post]
    video = f"video{post.thread_number}"
    return {
        "id": str(post.id),
        "snippet": {"videoId": video, "totalReplyCount": len(replies), "topLevelComment": _comment(post)},
        **({"replies": {"comments": replies}} if replies else {}),
    }


def _comment(post: Post, parent: Post | None = None) -> Json:
    snippet = {
        "textDisplay": post.text,
        "authorDisplayName": f"@{post.author}",
        "authorChannelUrl": f"http://www.youtube.com/@{post.author}",
        "publishedAt": second_stamp(post.at),
        "updatedAt": second_stamp(post.edited_at or post.at),
    }
    return {"id": str(post.id), "snippet": {**snippet, **({"parentId": str(parent.id)} if parent else {})}}
