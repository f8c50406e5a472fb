"""Each source that can be asked by id says which posts are gone. What it does not say is not gone."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from integrations.errors import IntegrationError
from integrations.feeds.bluesky import Bluesky
from integrations.feeds.discourse import Discourse
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import AsksAgain
from integrations.feeds.hackernews import HackerNews
from integrations.feeds.mastodon import Mastodon
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import StackExchange
from integrations.feeds.youtube import YouTube

XRPC = "https://bsky.social/xrpc/"


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock as router:
        yield router


@pytest.mark.parametrize(
    ("answer", "gone"),
    [({"deleted": True}, {"7"}), ({"dead": True, "text": "x"}, {"7"}), ({"text": "x"}, set()), (None, set())],
)
def test_hacker_news_says_what_is_deleted_or_dead(web: respx.MockRouter, answer: Any, gone: set[str]) -> None:
    web.get("https://hacker-news.firebaseio.com/v0/item/7.json").respond(content=json.dumps(answer))
    assert HackerNews.at(["gitlab"]).gone(["7"]) == gone


def test_stack_exchange_leaves_out_what_is_gone(web: respx.MockRouter) -> None:
    route = web.get(url__startswith="https://api.stackexchange.com/2.3/questions/7;8").respond(
        json={"items": [{"question_id": 8}]}
    )
    assert StackExchange.at(["gitlab"], key="k").gone(["7", "8"]) == {"7"}
    assert dict(route.calls[0].request.url.params) == {"site": "stackoverflow", "pagesize": "100", "key": "k"}


@pytest.mark.parametrize(("status", "gone"), [(200, set()), (404, {"7"}), (410, {"7"})])
def test_discourse_has_no_such_post(web: respx.MockRouter, status: int, gone: set[str]) -> None:
    web.get("https://forum.example.com/posts/7.json").respond(status, json={})
    assert Discourse.at("https://forum.example.com").gone(["7"]) == gone


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_source_that_does_not_say_leaves_nothing_gone(web: respx.MockRouter, status: int) -> None:
    web.get("https://forum.example.com/posts/7.json").respond(status)
    with pytest.raises(IntegrationError):
        Discourse.at("https://forum.example.com").gone(["7"])


def test_mastodon_is_asked_for_posts_of_its_own_server_alone(web: respx.MockRouter) -> None:
    ours, other = "https://mastodon.social/users/ada/statuses/7", "https://other.example/users/bob/statuses/8"
    route = web.get("https://mastodon.social/api/v1/statuses/7").respond(404)
    assert Mastodon.at("https://mastodon.social/", "gitlab", "t").gone([ours, other]) == {ours}
    assert route.calls[0].request.headers["authorization"] == "Bearer t"


def test_disqus_says_what_is_deleted(web: respx.MockRouter) -> None:
    def details(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"response": {"isDeleted": request.url.params["post"] == "7"}})

    web.get(url__startswith="https://disqus.com/api/3.0/posts/details.json").mock(side_effect=details)
    assert Disqus.at("gitlab", "key").gone(["7", "8"]) == {"7"}


def test_youtube_leaves_out_what_is_gone(web: respx.MockRouter) -> None:
    web.get(url__startswith="https://www.googleapis.com/youtube/v3/comments").respond(json={"items": [{"id": "b"}]})
    assert YouTube.at("UC1", "key").gone(["a", "b"]) == {"a"}


def test_bluesky_leaves_out_what_is_gone(web: respx.MockRouter) -> None:
    web.post(f"{XRPC}com.atproto.server.createSession").respond(json={"accessJwt": "jwt"})
    route = web.get(url__startswith=f"{XRPC}app.bsky.feed.getPosts").respond(
        json={"posts": [{"uri": "at://did:1/app.bsky.feed.post/b"}]}
    )
    ids = ["did:1/app.bsky.feed.post/a", "did:1/app.bsky.feed.post/b"]
    assert Bluesky.at(["gitlab"], "us", "word").gone(ids) == {ids[0]}
    assert route.calls[0].request.url.params.get_list("uris") == [f"at://{one}" for one in ids]


def test_a_plain_feed_cannot_be_asked() -> None:
    assert not isinstance(Rss.at("https://e.org/feed"), AsksAgain)
