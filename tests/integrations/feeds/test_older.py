"""Each source is read back page by page, in its own terms, until the first day or its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from integrations.errors import RateLimited
from integrations.feeds.bluesky import Bluesky
from integrations.feeds.discourse import Discourse
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import Feed, ReadsBack
from integrations.feeds.hackernews import PER_PAGE, HackerNews
from integrations.feeds.mastodon import Mastodon
from integrations.feeds.producthunt import ProductHunt
from integrations.feeds.reddit import PAUSE_SECONDS, Reddit
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import StackExchange
from integrations.feeds.tumblr import Tumblr
from integrations.feeds.youtube import YouTube

PAYLOADS = Path(__file__).parent / "payloads"
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
LATELY = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
FEEDS: dict[str, tuple[ReadsBack, str]] = {
    "discourse": (Discourse.at("https://forum.example.com"), "https://forum.example.com/posts.json"),
    "mastodon": (
        Mastodon.at("https://mastodon.social", "gitlab"),
        "https://mastodon.social/api/v1/timelines/tag/gitlab",
    ),
    "tumblr": (Tumblr.at("gitlab", "k"), "https://api.tumblr.com/v2/tagged"),
    "disqus": (Disqus.at("gitlab", "k"), "https://disqus.com/api/3.0/posts/list.json"),
    "youtube": (YouTube.at("UCx", "k"), "https://www.googleapis.com/youtube/v3/commentThreads"),
    "bluesky": (
        Bluesky.at(["gitlab", "git lab"], "ada", "p"),
        "https://bsky.social/xrpc/app.bsky.feed.searchPosts",
    ),
    "stackexchange": (StackExchange.at(["gitlab", "gitlab-ci"]), "https://api.stackexchange.com/2.3/questions"),
}


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock as router:
        router.post("https://bsky.social/xrpc/com.atproto.server.createSession").respond(json={"accessJwt": "t"})
        yield router


@pytest.mark.parametrize(
    ("name", "change", "since", "following"),
    [
        ("discourse", ("", ""), LONG_AGO, "501"),
        ("discourse", ("", ""), LATELY, ""),
        ("discourse", ('"latest_posts": [', '"latest_posts": [], "x": ['), LONG_AGO, ""),
        ("mastodon", ("", ""), LONG_AGO, "113600000000000001"),
        ("mastodon", ("", ""), LATELY, ""),
        ("tumblr", ("", ""), LONG_AGO, "1500000000"),
        ("tumblr", ("", ""), LATELY, ""),
        ("disqus", ("", ""), LONG_AGO, ""),
        ("disqus", ('"hasNext": false', '"hasNext": true'), LONG_AGO, "1795860000000000:0:0"),
        ("youtube", ('"items"', '"nextPageToken": "more", "items"'), LONG_AGO, "more"),
        ("youtube", ('"items"', '"nextPageToken": "more", "items"'), LATELY, ""),
        ("bluesky", ('"hitsTotal"', '"cursor": "25", "hitsTotal"'), LONG_AGO, "0:25"),
        ("bluesky", ("", ""), LONG_AGO, "1:"),
        ("stackexchange", ('"has_more": false', '"has_more": true'), LONG_AGO, "0:2"),
        ("stackexchange", ("", ""), LONG_AGO, "1:"),
    ],
)
def test_a_page_says_where_the_next_one_begins(
    web: respx.MockRouter, name: str, change: tuple[str, str], since: datetime, following: str
) -> None:
    feed, url = FEEDS[name]
    web.get(url).respond(text=(PAYLOADS / f"{name}.json").read_text().replace(*change))
    assert feed.older("", since).before == following


@pytest.mark.parametrize(
    ("name", "before", "sent"),
    [
        ("discourse", "501", {"before": "501"}),
        ("mastodon", "113", {"max_id": "113"}),
        ("tumblr", "1500000001", {"before": "1500000001"}),
        ("disqus", "17:0:0", {"cursor": "17:0:0"}),
        ("youtube", "more", {"pageToken": "more"}),
        ("bluesky", "1:25", {"q": '"git lab"', "cursor": "25"}),
        ("stackexchange", "1:3", {"tagged": "gitlab-ci", "page": "3"}),
    ],
)
def test_the_next_page_is_asked_for_in_the_sources_own_terms(
    web: respx.MockRouter, name: str, before: str, sent: dict[str, str]
) -> None:
    feed, url = FEEDS[name]
    route = web.get(url).respond(text=(PAYLOADS / f"{name}.json").read_text())
    assert feed.older(before, LONG_AGO).posts
    assert sent.items() <= dict(route.calls.last.request.url.params).items()


def hits(count: int, at: int) -> dict[str, Any]:
    return {"hits": [{"objectID": str(at * 1000 + one), "created_at_i": at, "title": "x"} for one in range(count)]}


def test_hacker_news_is_read_back_query_by_query_and_window_by_window(web: respx.MockRouter) -> None:
    feed, places, before = HackerNews.at(["gitlab", "git lab"]), [], ""
    answers = [hits(PER_PAGE, 900), hits(PER_PAGE, 800), hits(3, 700), hits(2, 950)]
    route = web.get("https://hn.algolia.com/api/v1/search_by_date").mock(
        side_effect=[httpx.Response(200, json=one) for one in answers]
    )
    for _ in answers:
        before = feed.older(before, LONG_AGO).before
        places.append(before)
    assert places == ["0:900", "0:800", "1:", ""]
    assert [call.request.url.params["query"] for call in route.calls] == ['"gitlab"'] * 3 + ['"git lab"']


def test_more_posts_than_a_page_in_one_second_end_the_window(web: respx.MockRouter) -> None:
    web.get("https://hn.algolia.com/api/v1/search_by_date").respond(json=hits(PER_PAGE, 900))
    assert HackerNews.at(["gitlab"]).older("0:900", LONG_AGO).before == ""


def reddit_page(*posts: tuple[str, str]) -> httpx.Response:
    """Of posts with their id and day."""
    entries = "".join(
        f"<entry><author><name>/u/ada</name></author><id>t3_{known}</id><title>GitLab</title>"
        f'<link href="https://www.reddit.com/r/gitlab/comments/{known}/x/"/><updated>2026-11-{day}T10:00:00Z</updated>'
        "</entry>"
        for known, day in posts
    )
    return httpx.Response(200, text=f'<feed xmlns="http://www.w3.org/2005/Atom"><title>r</title>{entries}</feed>')


def test_reddit_is_read_back_feed_by_feed_until_the_first_day(web: respx.MockRouter) -> None:
    feed, places, before = Reddit.at(["gitlab"], [], token="t", user="bot"), [], ""
    new = web.get(path="/r/gitlab/new/.rss").mock(
        side_effect=[reddit_page(("c", "29"), ("b", "28")), reddit_page(("a", "27"))]
    )
    web.get(path="/r/gitlab/comments/.rss").mock(side_effect=[reddit_page(("z", "29")), reddit_page()])
    for _ in range(4):
        page = feed.older(before, LATELY)
        before = page.before
        places.append(before)
    assert places == ["0:t3_b", "1:", "1:t3_z", ""]
    assert new.calls.last.request.url.params["after"] == "t3_b"
    assert page.wait == PAUSE_SECONDS


def test_product_hunt_is_read_back_posts_first_and_then_comments(web: respx.MockRouter) -> None:
    feed, places, before = ProductHunt.at(["gitlab-duo"], "t"), [], ""
    more = '"pageInfo": {"hasNextPage": true, "endCursor": "next"}, "edges"'
    posts, comments = ((PAYLOADS / f"producthunt_{one}.json").read_text() for one in ("posts", "comments"))
    answers = [posts.replace('"edges"', more, 1), posts, comments.replace('"edges"', more, 1), comments]
    route = web.post("https://api.producthunt.com/v2/api/graphql").mock(
        side_effect=[httpx.Response(200, text=one) for one in answers]
    )
    for _ in answers:
        before = feed.older(before, LONG_AGO).before
        places.append(before)
    assert places == ["0:next", "1:", "1:next", ""]
    asked = [json.loads(call.request.content)["variables"] for call in route.calls]
    assert [one["after"] for one in asked] == [None, "next", None, "next"]


def test_a_quota_that_is_used_up_is_waited_for(web: respx.MockRouter) -> None:
    feed, url = FEEDS["stackexchange"]
    web.get(url).respond(json={"items": [], "has_more": False, "quota_remaining": 0})
    with pytest.raises(RateLimited):
        feed.older("", LONG_AGO)


def test_a_plain_feed_gives_its_newest_only() -> None:
    feed: Feed = Rss.at("https://e.org/feed")
    assert not isinstance(feed, ReadsBack)
