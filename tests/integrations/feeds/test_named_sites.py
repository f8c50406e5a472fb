"""Lobsters, Reddit and Product Hunt: known by their own ids, by what each lets a reader ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import respx

from app.feeds.addresses import canonical_address
from integrations.errors import IntegrationError, RateLimited, Refused
from integrations.feeds.feed import Feed, FeedPosition
from integrations.feeds.lobsters import Lobsters
from integrations.feeds.producthunt import ADDRESS as PRODUCT_HUNT
from integrations.feeds.producthunt import ProductHunt
from integrations.feeds.reddit import Reddit
from integrations.feeds.reddit_api import API, RedditApi

PAYLOADS = Path(__file__).parent / "payloads"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 28, 10, tzinfo=UTC)
START = FeedPosition()


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def reddit_api() -> RedditApi:
    return RedditApi.at(["r/gitlab", "devops"], ["git lab"], client_id="id", secret="s3cr3t")


def reddit() -> Reddit:
    return Reddit.at(["r/gitlab", "devops"], ["git lab"], token="s3cr3t", user="bot")


def test_lobsters_gives_stories_and_comments_by_their_short_ids(web: respx.MockRouter) -> None:
    web.get("https://lobste.rs/newest.rss").respond(content=payload("lobsters_newest.rss"))
    web.get("https://lobste.rs/comments.rss").respond(content=payload("lobsters_comments.rss"))
    story, comment = Lobsters.at().read(START, SINCE).posts
    assert (story.id, story.url, story.text) == (
        "s/xyz789",
        "https://lobste.rs/s/xyz789",
        "https://about.gitlab.com/16-4",
    )
    assert (comment.id, comment.title, comment.thread_title) == ("c/abc123", "", "GitLab 16.4 released")
    assert comment.thread_url == "https://lobste.rs/s/xyz789/gitlab_16_4_released"


def test_reddit_gives_posts_and_comments_by_their_full_names(web: respx.MockRouter) -> None:
    new = web.get(path="/r/gitlab+devops/new/.rss").respond(content=payload("reddit_new.atom"))
    web.get(path="/r/gitlab+devops/comments/.rss").respond(content=payload("reddit_comments.atom"))
    search = web.get(path="/search.rss").respond(content=payload("reddit_new.atom"))
    post, link, comment, removed = reddit().read(START, SINCE).posts
    assert (post.id, post.title, post.author_handle, post.published_at) == ("t3_1abc23", "Runner fails", "ada", NOON)
    assert "submitted by" not in post.html
    assert "The runner fails." in post.html
    assert (link.html, link.title) == ("", "A link about GitLab")
    assert (comment.id, comment.title, comment.thread_id) == ("t1_kx9z1q2", "", "t3_1abc23")
    assert comment.thread_title == "Runner fails"
    assert [one.deleted for one in (post, link, comment, removed)] == [False, False, False, True]
    assert canonical_address(comment.url).url == "https://www.reddit.com/t1_kx9z1q2"
    assert dict(new.calls[0].request.url.params) == {"feed": "s3cr3t", "user": "bot"}
    assert search.calls[0].request.url.params["q"] == '"git lab"'


def test_what_a_post_of_reddit_says_of_what_was_submitted_by_somebody_stays(web: respx.MockRouter) -> None:
    new = payload("reddit_new.atom").replace(b"The runner fails.", b"The job submitted by me fails." + b" " * 50_000)
    web.get(path="/r/gitlab+devops/new/.rss").respond(content=new)
    web.get(path="/r/gitlab+devops/comments/.rss").respond(content=payload("reddit_comments.atom"))
    web.get(path="/search.rss").respond(content=new)
    post = reddit().read(START, SINCE).posts[0]
    assert "The job submitted by me fails." in post.html
    assert "/u/ada" not in post.html


def test_reddits_api_gives_points_and_who_answers_what(web: respx.MockRouter) -> None:
    login = web.post("https://www.reddit.com/api/v1/access_token").respond(json={"access_token": "t0k3n"})
    new = web.get(url__startswith=f"{API}/r/gitlab+devops/new").respond(content=payload("reddit_api_new.json"))
    web.get(url__startswith=f"{API}/r/gitlab+devops/comments").respond(content=payload("reddit_api_comments.json"))
    search = web.get(url__startswith=f"{API}/search").respond(content=payload("reddit_api_new.json"))
    page = reddit_api().read(START, SINCE)
    post, link, removed, comment = page.posts
    assert (post.id, post.title, post.score, post.published_at) == ("t3_1abc23", "Runner fails & stops", 12, NOON)
    assert (link.html, link.text) == ("", "https://about.gitlab.com/16-4")
    assert (removed.deleted, removed.author_handle) == (True, "")
    assert (comment.id, comment.title, comment.in_reply_to) == ("t1_kx9z1q2", "", "t1_kx9z1q1")
    assert (comment.thread_id, comment.thread_title) == ("t3_1abc23", "Runner fails & stops")
    assert canonical_address(comment.url).url == "https://www.reddit.com/t1_kx9z1q2"
    assert page.position.after == NOON.isoformat()
    assert login.calls[0].request.content == b"grant_type=client_credentials"
    assert login.calls[0].request.headers["Authorization"].startswith("Basic ")
    assert new.calls[0].request.headers["Authorization"] == "Bearer t0k3n"
    assert dict(search.calls[0].request.url.params) == {
        "q": '"git lab"',
        "sort": "new",
        "type": "link",
        "limit": "100",
        "raw_json": "1",
    }


def test_reddits_api_says_what_is_gone(web: respx.MockRouter) -> None:
    web.post("https://www.reddit.com/api/v1/access_token").respond(json={"access_token": "t0k3n"})
    info = web.get(url__startswith=f"{API}/api/info").respond(content=payload("reddit_api_new.json"))
    assert reddit_api().gone(["t3_1abc23", "t3_1abc25", "t3_9"]) == {"t3_1abc25"}
    assert info.calls[0].request.url.params["id"] == "t3_1abc23,t3_1abc25,t3_9"


def test_product_hunt_gives_new_posts_and_comments_on_named_ones(web: respx.MockRouter) -> None:
    answers = [httpx.Response(200, content=payload(f"producthunt_{one}.json")) for one in ("posts", "comments")]
    route = web.post(PRODUCT_HUNT).mock(side_effect=answers)
    page = ProductHunt.at(["gitlab-duo"], "s3cr3t").read(START, SINCE)
    post, question, answer = page.posts
    assert (post.id, post.title, post.score, post.author_handle) == ("501", "GitLab Duo", 12, "ada")
    assert (question.id, question.thread_title, question.author_name) == ("c_900", "GitLab Duo", "")
    assert (question.in_reply_to, answer.in_reply_to) == ("", "c_900")
    assert canonical_address(question.url).url == "https://www.producthunt.com/comment/900"
    assert page.position.after == NOON.isoformat()
    assert route.calls[0].request.headers["Authorization"] == "Bearer s3cr3t"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, html="<html>Are you a robot?"), IntegrationError),
        (httpx.Response(200, json={"errors": [{"message": "no"}], "data": None}), IntegrationError),
        (httpx.Response(403), Refused),
        (httpx.Response(302, headers={"Location": "/login"}), IntegrationError),
        (httpx.Response(429, headers={"RateLimit-Reset": "4"}), RateLimited),
    ],
)
@pytest.mark.parametrize("feed", [Lobsters.at(), reddit(), reddit_api(), ProductHunt.at([], "s3cr3t")])
def test_a_blocked_source_is_never_nothing_new(
    web: respx.MockRouter, answer: httpx.Response, error: type[IntegrationError], feed: Feed
) -> None:
    web.route().mock(return_value=answer)
    with pytest.raises(error) as blocked:
        feed.read(START, SINCE)
    assert "s3cr3t" not in str(blocked.value)
