"""Each site of the sandbox is read by the adapter that reads the real one, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from integrations.feeds.bluesky import Bluesky
from integrations.feeds.discourse import Discourse
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import AsksAgain, Feed, FeedPage, FeedPosition, FeedPost, ReadsBack
from integrations.feeds.hackernews import HackerNews
from integrations.feeds.lobsters import Lobsters
from integrations.feeds.mastodon import Mastodon
from integrations.feeds.producthunt import ProductHunt
from integrations.feeds.reddit import Reddit
from integrations.feeds.reddit_api import RedditApi
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import StackExchange
from integrations.feeds.tumblr import Tumblr
from integrations.feeds.youtube import YouTube
from integrations.http import http_client
from integrations.sandbox import Clock, FeedsSandbox

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TOLD_WHEN_ASKED, TOLD_IN_THE_FEED, LEFT_OUT = "told when asked", "told in the feed", "left out"


@dataclass(frozen=True)
class Site:
    name: str
    adapter: Callable[[str], Feed]
    """By the sandbox's address."""
    deletions: str
    a_read: tuple[str, str]
    """A request that the adapter makes, with all that is needed, and a parameter that the site does not know."""
    comments: bool = False
    """What is written there stands under something."""


SITES = (
    Site(
        "hackernews",
        lambda url: HackerNews.at(["gitlab"], f"{url}/hackernews", items=f"{url}/hackernews/item"),
        TOLD_WHEN_ASKED,
        ("/hackernews?query=gitlab", "sort=new"),
    ),
    Site(
        "stackexchange",
        lambda url: StackExchange.at(["gitlab"], ["gitlab"], url=f"{url}/stackexchange"),
        TOLD_WHEN_ASKED,
        ("/stackexchange?tagged=gitlab&site=stackoverflow", "order=desc"),
    ),
    Site("forum", lambda url: Discourse.at(f"{url}/forum"), TOLD_WHEN_ASKED, ("/forum/posts.json?before=9", "after=9")),
    Site(
        "disqus",
        lambda url: Disqus.at("gitlab", "key", url=f"{url}/disqus"),
        TOLD_WHEN_ASKED,
        ("/disqus?api_key=key&forum=gitlab", "include=spam"),
        comments=True,
    ),
    Site("blog", lambda url: Rss.at(f"{url}/rss/blog"), LEFT_OUT, ("/rss/blog?", "page=2")),
    Site("lobsters", lambda url: Lobsters.at(f"{url}/lobsters"), LEFT_OUT, ("/lobsters/newest.rss?", "page=2")),
    Site(
        "reddit",
        lambda url: Reddit.at(["r/gitlab", "devops"], ["git lab"], token="t", user="bot", url=f"{url}/reddit"),
        TOLD_IN_THE_FEED,
        ("/reddit/r/gitlab/new/.rss?feed=t&user=bot", "limit=100"),
    ),
    Site(
        "mastodon",
        lambda url: Mastodon.at(f"{url}/mastodon", "#gitlab"),
        TOLD_WHEN_ASKED,
        ("/mastodon/api/v1/timelines/tag/gitlab?limit=40", "limit=41"),
    ),
    Site(
        "bluesky",
        lambda url: Bluesky.at(["gitlab"], "us.example", "app-password", server=f"{url}/bluesky"),
        TOLD_WHEN_ASKED,
        ("/bluesky/xrpc/app.bsky.feed.searchPosts?q=gitlab", "sort=top"),
    ),
    Site(
        "tumblr",
        lambda url: Tumblr.at("gitlab", "key", url=f"{url}/tumblr"),
        LEFT_OUT,
        ("/tumblr?tag=gitlab&api_key=key", "limit=21"),
    ),
    Site(
        "youtube",
        lambda url: YouTube.at("UCx", "key", url=f"{url}/youtube/commentThreads"),
        TOLD_WHEN_ASKED,
        ("/youtube/commentThreads?allThreadsRelatedToChannelId=UCx&key=key", "videoId=v"),
        comments=True,
    ),
    Site(
        "producthunt",
        lambda url: ProductHunt.at(["gitlab-duo"], "token", url=f"{url}/producthunt"),
        LEFT_OUT,
        ("/producthunt?", "query=x"),
    ),
)
each_site = pytest.mark.parametrize("site", SITES, ids=[one.name for one in SITES])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[FeedsSandbox]:
    feeds = FeedsSandbox(Clock())
    feeds.start()
    yield feeds
    feeds.stop()


@pytest.fixture(autouse=True)
def _connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Adapters live as long as the service; here each is done with after its test."""
    with ExitStack() as opened:

        def opening(timeout: tuple[float, float]) -> httpx.Client:
            return opened.enter_context(http_client(timeout))

        monkeypatch.setattr("integrations.feeds.feed.http_client", opening)
        yield


def read(feed: Feed, position: FeedPosition | None = None) -> FeedPage:
    return feed.read(position or FeedPosition(), SINCE)


@each_site
def test_what_is_written_edited_and_deleted_is_read(sandbox: FeedsSandbox, site: Site) -> None:
    feed = site.adapter(sandbox.url)
    assert read(feed).posts == ()
    title, thread = ("", "GitLab Duo") if site.comments else ("GitLab Duo", "")
    number = sandbox.write(site.name, "My #gitlab runner hangs", author="ada", title=title, thread=thread)
    first = read(feed)
    (post,) = first.posts
    assert "My #gitlab runner hangs" in (post.html or post.text)
    assert "ada" in f"{post.author_handle} {post.author_name}".lower()
    assert str(number) in post.id
    assert {one.id for one in read(feed, first.position).posts} <= {post.id}
    sandbox.edit(number, "My #gitlab runner works")
    (edited,) = read(feed).posts
    assert (edited.id, "runner works" in (edited.html or edited.text)) == (post.id, True)
    assert still_there(feed, post)
    sandbox.delete(number)
    assert how_told(feed, post) == site.deletions
    assert all(one.deleted for one in read(feed).posts)


def site_named(name: str) -> Site:
    return next(one for one in SITES if one.name == name)


def number_of(post: FeedPost) -> int:
    return int(post.id.rpartition("/")[2])


def still_there(feed: Feed, post: FeedPost) -> bool:
    return not isinstance(feed, AsksAgain) or feed.gone([post.id]) == set()


def how_told(feed: Feed, post: FeedPost) -> str:
    if isinstance(feed, AsksAgain):
        return TOLD_WHEN_ASKED if feed.gone([post.id]) == {post.id} else "never"
    return TOLD_IN_THE_FEED if any(one.deleted for one in read(feed).posts) else LEFT_OUT


@pytest.mark.parametrize("name", ["hackernews", "disqus", "lobsters", "reddit", "youtube", "producthunt"])
def test_comments_name_what_they_stand_under(sandbox: FeedsSandbox, name: str) -> None:
    site = site_named(name)
    story = 0 if site.comments else sandbox.write(name, "gitlab", title="GitLab Duo")
    comment = sandbox.write(name, "<p>gitlab is slow</p>", thread="GitLab Duo")
    posts = read(site.adapter(sandbox.url)).posts
    (found,) = (one for one in posts if str(comment) in one.id)
    assert found.title == ""
    assert found.thread_id or found.thread_url
    for one in filter(None, (story, comment)):
        sandbox.delete(one)


@pytest.mark.parametrize("name", ["bluesky", "youtube", "disqus", "mastodon"])
def test_answers_name_the_post_that_they_answer(sandbox: FeedsSandbox, name: str) -> None:
    site = site_named(name)
    first = sandbox.write(name, "#gitlab is slow", author="ada", thread="Duo")
    second = sandbox.write(name, "No, #gitlab is fast", author="bob", thread="Duo", answers=first)
    posts = read(site.adapter(sandbox.url)).posts
    (answer,) = (one for one in posts if str(second) in one.id)
    assert answer.in_reply_to in {str(first), *(one.id for one in posts)}
    assert str(first) in answer.in_reply_to
    sandbox.delete(first)
    sandbox.delete(second)


@pytest.mark.parametrize(
    "name", ["hackernews", "stackexchange", "forum", "mastodon", "bluesky", "youtube", "producthunt"]
)
def test_more_than_a_page_of_news_is_read_without_a_gap(sandbox: FeedsSandbox, name: str) -> None:
    feed = site_named(name).adapter(sandbox.url)
    written = [sandbox.write(name, "#gitlab", title="One")]
    reached = read(feed).position
    for _ in range(100):
        sandbox.clock.advance(1)
        written.append(sandbox.write(name, "#gitlab", title="More"))
    page = read(feed, reached)
    assert {number_of(one) for one in page.posts} >= {*written[1:]}
    assert {number_of(one) for one in read(feed, page.position).posts} <= {*written}
    for one in written:
        sandbox.delete(one)


def test_mastodon_goes_on_after_its_position_and_then_has_nothing(sandbox: FeedsSandbox) -> None:
    feed = site_named("mastodon").adapter(sandbox.url)
    first = sandbox.write("mastodon", "#gitlab")
    reached = read(feed).position
    second = sandbox.write("mastodon", "#gitlab again")
    page = read(feed, reached)
    assert [number_of(one) for one in page.posts] == [second]
    assert read(feed, page.position).posts == ()
    sandbox.delete(first)
    sandbox.delete(second)


def test_a_comment_of_lobsters_bears_the_date_of_its_last_edit(sandbox: FeedsSandbox) -> None:
    feed = site_named("lobsters").adapter(sandbox.url)
    number = sandbox.write("lobsters", "gitlab", thread="Duo")
    (before,) = read(feed).posts
    sandbox.clock.advance(60)
    sandbox.edit(number, "gitlab!")
    (after,) = read(feed).posts
    assert before.published_at is not None
    assert after.published_at is not None
    assert after.published_at >= before.published_at + timedelta(seconds=60)
    sandbox.delete(number)


@each_site
def test_what_was_posted_before_is_read_back(sandbox: FeedsSandbox, site: Site) -> None:
    feed = site.adapter(sandbox.url)
    if not isinstance(feed, ReadsBack):
        assert site.name in {"blog", "lobsters"}
        return
    number = sandbox.write(site.name, "#gitlab once", title="Once", thread="Duo" if site.comments else "")
    assert [str(number) in one.id for one in feed.older("", SINCE).posts if not one.deleted] == [True]
    sandbox.delete(number)


@pytest.mark.parametrize("name", ["reddit", "producthunt"])
def test_all_pages_of_posts_and_comments_are_read_back(sandbox: FeedsSandbox, name: str) -> None:
    written = {sandbox.write(name, "gitlab", title=f"GitLab {one or 'Duo'}") for one in range(30)}
    written |= {sandbox.write(name, "gitlab", thread="GitLab Duo") for _ in range(60)}
    feed = site_named(name).adapter(sandbox.url)
    assert isinstance(feed, ReadsBack)
    found, before = set[int](), ""
    for _ in range(10):
        page = feed.older(before, SINCE)
        found |= {int(one.id.rpartition("_")[2]) for one in page.posts if not one.deleted}
        if not (before := page.before):
            break
    assert (found, before) == (written, "")
    for one in written:
        sandbox.delete(one)


@each_site
def test_a_parameter_that_the_site_does_not_know_is_refused(sandbox: FeedsSandbox, site: Site) -> None:
    method = "POST" if site.name == "producthunt" else "GET"
    headers = {"Authorization": "Bearer sandbox-bluesky-session"}
    path, unknown = site.a_read
    good, bad = (httpx.request(method, f"{sandbox.url}{one}", headers=headers) for one in (path, f"{path}&{unknown}"))
    assert (good.status_code, bad.status_code) == (200, 400)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/reddit/r/gitlab/new/.rss", 429),
        ("GET", "/tumblr?tag=gitlab", 401),
        ("GET", "/disqus?forum=gitlab", 401),
        ("GET", "/youtube/commentThreads?allThreadsRelatedToChannelId=UCx", 403),
        ("GET", "/bluesky/xrpc/app.bsky.feed.searchPosts?q=gitlab", 401),
        ("POST", "/producthunt", 401),
    ],
)
def test_a_site_that_needs_an_account_refuses_strangers(
    sandbox: FeedsSandbox, method: str, path: str, status: int
) -> None:
    assert httpx.request(method, f"{sandbox.url}{path}").status_code == status


def test_product_hunt_refuses_a_field_that_its_schema_does_not_have(sandbox: FeedsSandbox) -> None:
    query = "query($slug: String) { post(slug: $slug) { id karma } }"
    answer = httpx.post(
        f"{sandbox.url}/producthunt",
        json={"query": query, "variables": {"slug": "gitlab-duo"}},
        headers={"Authorization": "Bearer token"},
    )
    assert "karma" in answer.json()["errors"][0]["message"]


def test_reddits_api_gives_what_its_feeds_give_and_who_answers_what(sandbox: FeedsSandbox) -> None:
    feed = RedditApi.at(
        ["gitlab"], ["gitlab"], client_id="id", secret="s", url=f"{sandbox.url}/reddit", api=f"{sandbox.url}/reddit-api"
    )
    written = [sandbox.write("reddit", f"gitlab {one}", author="ada", title="GitLab Duo") for one in range(101)]
    comment = sandbox.write("reddit", "gitlab hangs", author="bob", thread="GitLab Duo")
    answer = sandbox.write("reddit", "Try gitlab 17", author="eve", thread="GitLab Duo", answers=comment)
    posts = {one.id: one for one in read(feed).posts}
    assert {*posts} >= {*(f"t3_{one}" for one in written), f"t1_{comment}", f"t1_{answer}"}
    assert posts[f"t1_{answer}"].in_reply_to == f"t1_{comment}"
    by_feed = site_named("reddit").adapter(sandbox.url)
    for one in (post for post in read(by_feed).posts if not post.deleted):
        assert posts[one.id].url.partition("/comments/")[2] == one.url.partition("/comments/")[2]
    sandbox.delete(comment)
    assert feed.gone([f"t1_{comment}", f"t1_{answer}"]) == {f"t1_{comment}"}
    assert [one.id for one in read(feed).posts if one.deleted and one.id == f"t1_{comment}"] == [f"t1_{comment}"]
    older = [*feed.older("", SINCE).posts, *feed.older(feed.older("", SINCE).before, SINCE).posts]
    assert {one.id for one in older} >= {f"t3_{one}" for one in written}
    for number in (*written, answer):
        sandbox.delete(number)
