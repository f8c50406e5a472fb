"""Each source's answer becomes posts. The payloads have the forms that the sources' documentation and code show."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import respx

from integrations.errors import IntegrationError, RateLimited, Refused, Unavailable
from integrations.feeds.bluesky import Bluesky
from integrations.feeds.discourse import Discourse
from integrations.feeds.disqus import ADDRESS as DISQUS
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import MOST_BYTES, Feed, FeedPosition
from integrations.feeds.hackernews import ADDRESS as HACKER_NEWS
from integrations.feeds.hackernews import HackerNews
from integrations.feeds.mastodon import Mastodon
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import ADDRESS as STACK_EXCHANGE
from integrations.feeds.stackexchange import StackExchange
from integrations.feeds.tumblr import ADDRESS as TUMBLR
from integrations.feeds.tumblr import Tumblr
from integrations.feeds.youtube import ADDRESS as YOUTUBE
from integrations.feeds.youtube import YouTube

PAYLOADS = Path(__file__).parent / "payloads"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 28, 10, tzinfo=UTC)
FORUM = "https://forum.example.com"
FEED = "https://feeds.example.com/one"
TAG = "https://mastodon.social/api/v1/timelines/tag/gitlab"
BLUESKY = "https://bsky.social/xrpc/app.bsky.feed.searchPosts"
LOGIN = "https://bsky.social/xrpc/com.atproto.server.createSession"
START = FeedPosition()


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def test_hacker_news_gives_comments_with_their_story_and_stories(web: respx.MockRouter) -> None:
    route = web.get(HACKER_NEWS).respond(content=payload("hackernews.json"))
    page = HackerNews.at(["gitlab"]).read(START, SINCE)
    comment, story, question = page.posts
    assert comment.url == "https://news.ycombinator.com/item?id=39012345"
    assert (comment.author_handle, comment.published_at) == ("pg", NOON)
    assert (comment.thread_id, comment.thread_title, comment.in_reply_to) == (
        "39012000",
        "GitLab 16.4 released",
        "39012300",
    )
    assert (story.title, story.text, story.thread_id, story.score) == (
        "GitLab 16.4 released",
        "https://about.gitlab.com/16-4",
        "",
        120,
    )
    assert question.html == "Which one?"
    asked = route.calls[0].request.url.params
    assert (asked["query"], asked["typoTolerance"]) == ('"gitlab"', "false")


def test_hacker_news_is_read_again_over_two_days_because_its_index_stalls(web: respx.MockRouter) -> None:
    route = web.get(HACKER_NEWS).respond(content=payload("hackernews.json"))
    feed = HackerNews.at(["gitlab"])
    feed.read(feed.read(START, SINCE).position, SINCE)
    start = int((NOON - timedelta(hours=48)).timestamp())
    assert route.calls[-1].request.url.params["numericFilters"] == f"created_at_i>={start}"


def test_stack_exchange_gives_questions_and_says_how_long_to_wait(web: respx.MockRouter) -> None:
    web.get(STACK_EXCHANGE).respond(content=payload("stackexchange.json"))
    page = StackExchange.at(["gitlab"]).read(START, SINCE)
    (question,) = page.posts
    assert (question.title, question.author_name) == ('Runner can\'t find "docker"', "Ada & Co")
    assert page.wait == 10


def test_stack_exchange_is_searched_for_words_whatever_the_tags(web: respx.MockRouter) -> None:
    question = json.loads(payload("stackexchange.json")) | {"backoff": 0}
    route = web.get("https://api.stackexchange.com/2.3/search/advanced").respond(json=question)
    (post,) = StackExchange.at([], ["git lab"]).read(START, SINCE).posts
    assert post.title == 'Runner can\'t find "docker"'
    assert route.calls[0].request.url.params["q"] == '"git lab"'


def test_stack_exchange_that_asks_for_patience_gets_no_further_request(web: respx.MockRouter) -> None:
    route = web.get(STACK_EXCHANGE).respond(content=payload("stackexchange.json"))
    feed = StackExchange.at(["gitlab", "gitlab-ci"])
    page = feed.read(START, SINCE)
    assert route.call_count == 1
    feed.read(page.position, SINCE)
    assert [one.request.url.params["tagged"] for one in route.calls] == ["gitlab", "gitlab-ci"], "each has its turn"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_answer_is_unpacked_which_stack_exchange_compresses_whatever_it_is_asked(
    web: respx.MockRouter, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = httpx.ByteStream(pack(payload("stackexchange.json")))
    web.get(STACK_EXCHANGE).mock(
        return_value=httpx.Response(200, headers={"Content-Encoding": encoding}, stream=packed)
    )
    assert len(StackExchange.at(["gitlab"]).read(START, SINCE).posts) == 1


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip", gzip.compress(b" " * (MOST_BYTES + 1)), "longer than 8192 KiB"),
        ("br", b"", "an encoding that was not asked for"),
    ],
)
def test_what_unpacks_to_too_much_or_not_at_all_is_blocked(
    web: respx.MockRouter, encoding: str, body: bytes, said: str
) -> None:
    packed = httpx.ByteStream(body)
    web.get(FEED).mock(return_value=httpx.Response(200, headers={"Content-Encoding": encoding}, stream=packed))
    with pytest.raises(Unavailable, match=said):
        Rss.at(FEED).read(START, SINCE)


def test_discourse_gives_posts_in_their_topic(web: respx.MockRouter) -> None:
    route = web.get(f"{FORUM}/posts.json")
    route.side_effect = [
        httpx.Response(200, content=payload("discourse.json")),
        httpx.Response(200, json={"latest_posts": []}),
    ]
    page = Discourse.at(FORUM).read(START, SINCE)
    answer, first = page.posts
    assert answer.url == f"{FORUM}/t/runner-fails/77/3"
    assert (answer.title, answer.thread_title, answer.in_reply_to) == (
        "",
        "Runner fails",
        f"{FORUM}/t/runner-fails/77/2",
    )
    assert (first.title, first.author_handle) == ("Another", "bob")
    assert page.position.after == "502"
    assert route.calls[1].request.url.params["before"] == "501"


def test_atom_is_read(web: respx.MockRouter) -> None:
    web.get(FEED).respond(content=payload("google_alert.atom"), headers={"ETag": '"7"'})
    page = Rss.at(FEED).read(START, SINCE)
    (entry,) = page.posts
    assert entry.id == "tag:google.com,2013:googlealerts/feed:11"
    assert entry.title == "Why we left GitLab & came back"
    assert entry.published_at == NOON
    assert page.position.etag == '"7"'


def test_rss_of_comments_names_the_post_that_they_stand_under(web: respx.MockRouter) -> None:
    web.get(FEED).respond(content=payload("lobsters_comments.rss"))
    (entry,) = Rss.at(FEED).read(START, SINCE).posts
    assert (entry.id, entry.author_name) == ("https://lobste.rs/c/abc123", "ada")
    assert entry.thread_url == "https://lobste.rs/s/xyz789/gitlab_16_4_released"


def test_an_unchanged_feed_is_not_sent_again(web: respx.MockRouter) -> None:
    route = web.get(FEED).respond(304)
    position = FeedPosition(etag='"7"', modified="Sat, 28 Nov 2026 10:00:00 GMT")
    page = Rss.at(FEED).read(position, SINCE)
    assert (page.posts, page.position) == ((), position)
    assert route.calls[0].request.headers["If-None-Match"] == '"7"'


def test_entries_that_share_one_id_are_known_by_their_links(web: respx.MockRouter) -> None:
    items = "".join(f"<item><guid>same</guid><title>t</title><link>https://e.org/{n}</link></item>" for n in (1, 2))
    web.get(FEED).respond(content=f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())
    assert [post.id for post in Rss.at(FEED).read(START, SINCE).posts] == ["https://e.org/1", "https://e.org/2"]


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel>{"".join(f"<item>{item}</item>" for item in items)}</channel></rss>'


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A &lt;b&gt;GitLab&lt;/b&gt; &amp;amp; B", "A GitLab & B"),
        ("Vec&lt;T&gt; and Option&lt;T&gt;", "Vec<T> and Option<T>"),
        ("if a &lt; b", "if a < b"),
    ],
)
def test_a_title_has_no_markup_and_keeps_what_is_none(web: respx.MockRouter, written: str, title: str) -> None:
    web.get(FEED).respond(content=rss(f"<title>{written}</title><link>https://e.org/1</link>").encode())
    assert [post.title for post in Rss.at(FEED).read(START, SINCE).posts] == [title]


def test_one_odd_entry_holds_up_no_other(web: respx.MockRouter) -> None:
    good = "<title>good</title><link>https://e.org/1</link>"
    odd = (
        "<title>year 0</title><link>https://e.org/2</link><pubDate>0001-01-01T00:00:00+05:00</pubDate>",
        "<title>no address</title><link>http://[</link>",
        "<title>nowhere</title>",
    )
    web.get(FEED).respond(content=rss(*odd, good).encode())
    assert [post.title for post in Rss.at(FEED).read(START, SINCE).posts] == ["year 0", "good"]


def test_an_address_without_a_host_is_meant_from_the_feed_and_tells_no_token(web: respx.MockRouter) -> None:
    web.get(FEED).respond(
        content=rss("<title>t</title><link>/posts/1</link>", "<title>t</title><link>?p=2</link>").encode()
    )
    posts = Rss.at(f"{FEED}?token=secret").read(START, SINCE).posts
    assert [post.url for post in posts] == ["https://feeds.example.com/posts/1", "https://feeds.example.com/one?p=2"]


def test_links_of_a_text_are_meant_from_its_entry(web: respx.MockRouter) -> None:
    said = "&lt;p>see &lt;a href='../two'>two&lt;/a>&lt;a href='https://b.org/'>b&lt;/a>"
    web.get(FEED).respond(content=rss(f"<link>https://e.org/1/</link><description>{said}</description>").encode())
    (post,) = Rss.at(FEED).read(START, SINCE).posts
    assert post.html == '<p>see <a href="https://e.org/two">two</a><a href="https://b.org/">b</a></p>'


def test_an_atom_entry_may_name_its_own_address_alone(web: respx.MockRouter) -> None:
    entry = "<entry><id>tag:1</id><title>t</title><link rel='self' href='https://e.org/1'/></entry>"
    web.get(FEED).respond(content=f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode())
    assert [post.url for post in Rss.at(FEED).read(START, SINCE).posts] == ["https://e.org/1"]


@pytest.mark.parametrize(
    ("declared", "header", "written"),
    [("", "koi8-r", "koi8-r"), ("", "iso-8859-1", "utf-8"), (" encoding='koi8-r'", "utf-8", "koi8-r")],
    ids=["only the header says it", "the header is wrong", "the feed says it"],
)
def test_letters_are_read_as_they_were_meant(web: respx.MockRouter, declared: str, header: str, written: str) -> None:
    feed = f"<?xml version='1.0'{declared}?>{rss('<title>Гитлаб</title><link>https://e.org/1</link>')}"
    web.get(FEED).respond(content=feed.encode(written), content_type=f"application/rss+xml; charset={header}")
    assert [post.title for post in Rss.at(FEED).read(START, SINCE).posts] == ["Гитлаб"]


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes_and_asked_for_again(web: respx.MockRouter) -> None:
    whole = rss("<title>t</title><link>https://e.org/1</link>", "<title>t</title><link>https://e.org/2</link>").encode()
    web.get(FEED).respond(content=whole[:-60], headers={"ETag": '"7"'})
    page = Rss.at(FEED).read(START, SINCE)
    assert ([post.url for post in page.posts], page.position) == (["https://e.org/1"], START)


def test_an_entry_that_breaks_off_is_left_for_the_next_look(web: respx.MockRouter) -> None:
    """Half of its address would be another one's."""
    whole = rss("<link>https://e.org/1</link>", "<link>https://e.org/23</link>")
    web.get(FEED).respond(content=whole.partition("3</link>")[0].encode())
    assert [post.url for post in Rss.at(FEED).read(START, SINCE).posts] == ["https://e.org/1"]


def test_a_feed_that_breaks_off_before_its_first_entry_is_blocked(web: respx.MockRouter) -> None:
    web.get(FEED).respond(content=rss("<title>t</title><link>https://e.org/1</link>").encode()[:50])
    with pytest.raises(Unavailable, match="cannot be read"):
        Rss.at(FEED).read(START, SINCE)


def test_a_version_that_no_header_can_carry_back_is_none(web: respx.MockRouter) -> None:
    web.get(FEED).respond(content=rss("").encode(), headers=[(b"ETag", '"Größe"'.encode())])
    feed = Rss.at(FEED)
    feed.read(feed.read(START, SINCE).position, SINCE)


def test_disqus_gives_comments_with_their_post_and_no_spam(web: respx.MockRouter) -> None:
    web.get(DISQUS).respond(content=payload("disqus.json"))
    (comment,) = Disqus.at("gitlab", "key").read(START, SINCE).posts
    assert comment.url == "https://about.gitlab.com/blog/16-4/#comment-6000000001"
    assert (comment.published_at, comment.thread_title, comment.in_reply_to) == (NOON, "GitLab 16.4", "6000000000")


def test_what_a_source_does_not_know_it_may_write_as_null(web: respx.MockRouter) -> None:
    web.get(DISQUS).respond(json={"response": [], "cursor": {"next": None, "hasNext": None}})
    assert Disqus.at("gitlab", "key").read(START, SINCE).posts == ()
    answer = json.loads(payload("bluesky.json"))
    answer["cursor"] = answer["posts"][0]["author"]["displayName"] = None
    web.post(LOGIN).respond(json={"accessJwt": "token"})
    web.get(BLUESKY).respond(json=answer)
    assert len(Bluesky.at(["gitlab"], "us.example", "app-password").read(START, SINCE).posts) == 1


def test_an_odd_item_of_an_answer_holds_up_no_other(web: respx.MockRouter) -> None:
    answer = json.loads(payload("hackernews.json"))
    answer["hits"][1] = {"objectID": "no number", "created_at_i": None}
    web.get(HACKER_NEWS).respond(json=answer)
    assert len(HackerNews.at(["gitlab"]).read(START, SINCE).posts) == len(answer["hits"]) - 1


def test_half_an_emoji_costs_nobody_the_answer(web: respx.MockRouter) -> None:
    """Sites that count in UTF-16 cut texts in the middle of one."""
    answer = json.loads(payload("hackernews.json"))
    answer["hits"][0]["comment_text"] = "GitLab is slow \ud83d"
    web.get(HACKER_NEWS).respond(content=json.dumps(answer))
    posts = HackerNews.at(["gitlab"]).read(START, SINCE).posts
    assert posts[0].html == "GitLab is slow ?"
    assert len(posts) == len(answer["hits"])


@pytest.mark.parametrize(
    ("url", "feed", "name", "key", "value"),
    [
        (HACKER_NEWS, HackerNews.at(["gitlab"]), "hackernews.json", "created_at_i", 10**30),
        (TUMBLR, Tumblr.at("gitlab", "key"), "tumblr.json", "timestamp", 10**30),
        (DISQUS, Disqus.at("gitlab", "key"), "disqus.json", "createdAt", "9999-12-31T23:59:59-23:59"),
        (
            TAG,
            Mastodon.at("https://mastodon.social", "gitlab"),
            "mastodon.json",
            "created_at",
            "0001-01-01T00:00:00+23:59",
        ),
    ],
    ids=["hackernews", "tumblr", "disqus", "mastodon"],
)
def test_a_date_beyond_the_calendar_costs_its_post_alone(
    web: respx.MockRouter, url: str, feed: Feed, name: str, key: str, value: object
) -> None:
    answer = json.loads(payload(name))
    items = answer if isinstance(answer, list) else answer.get("hits") or answer["response"]
    items.append(items[0] | {"id": "9", "objectID": "9", key: value})
    route = web.get(url).respond(content=payload(name))
    before = feed.read(START, SINCE).posts
    route.respond(json=answer)
    assert feed.read(START, SINCE).posts == before


def test_an_answer_of_which_every_item_is_odd_is_blocked(web: respx.MockRouter) -> None:
    web.get(HACKER_NEWS).respond(json={"hits": [{"id": 1}, {"id": 2}]})
    with pytest.raises(Unavailable, match="cannot be read"):
        HackerNews.at(["gitlab"]).read(START, SINCE)


def test_youtube_gives_comments_and_the_replies_to_them(web: respx.MockRouter) -> None:
    web.get(YOUTUBE).respond(content=payload("youtube.json"))
    comment, reply = YouTube.at("UCx", "key").read(START, SINCE).posts
    assert comment.url == "https://www.youtube.com/watch?v=vid1&lc=UgA"
    assert (reply.in_reply_to, reply.text, reply.thread_id) == ("UgA", "but slow", "vid1")


def test_mastodon_gives_posts_by_their_address_on_every_server(web: respx.MockRouter) -> None:
    route = web.get(TAG).respond(content=payload("mastodon.json"))
    page = Mastodon.at("https://mastodon.social", "#gitlab").read(START, SINCE)
    (status,) = page.posts
    assert (status.id, status.url) == ("https://fosstodon.org/users/ada/statuses/7", "https://fosstodon.org/@ada/7")
    Mastodon.at("https://mastodon.social", "gitlab").read(page.position, SINCE)
    assert route.calls[-1].request.url.params["min_id"] == "113600000000000002"


def status(number: int, *, answers: int = 0, host: str = "mastodon.social") -> dict[str, object]:
    return {
        "id": str(number),
        "uri": f"https://{host}/users/ada/statuses/{number}",
        "url": f"https://{host}/@ada/{number}",
        "created_at": "2026-11-28T10:00:00.000Z",
        "content": "<p>#gitlab</p>",
        "account": {"acct": "ada"},
        "in_reply_to_id": str(answers) if answers else None,
        "reblog": None,
    }


def test_mastodon_names_the_post_that_is_answered_as_all_servers_know_it(web: respx.MockRouter) -> None:
    web.get(TAG).respond(json=[status(1), status(2, answers=1), status(3, answers=100), status(4, answers=101)])
    asked = web.get("https://mastodon.social/api/v1/statuses/100").respond(json=status(7, host="fosstodon.org"))
    web.get("https://mastodon.social/api/v1/statuses/101").respond(404)
    posts = Mastodon.at("https://mastodon.social", "gitlab").read(START, SINCE).posts
    assert [one.in_reply_to for one in posts] == [
        "",
        "https://mastodon.social/users/ada/statuses/1",
        "https://fosstodon.org/users/ada/statuses/7",
        "",
    ]
    assert posts[2].thread_url == "https://fosstodon.org/@ada/7"
    assert asked.call_count == 1


@pytest.mark.parametrize(("answer", "asked"), [(401, 1), (429, 1), (404, 20)])
def test_what_mastodon_does_not_say_of_an_answered_post_holds_up_no_other(
    web: respx.MockRouter, answer: int, asked: int
) -> None:
    web.get(TAG).respond(json=[status(number, answers=number + 100) for number in range(1, 31)])
    parents = web.get(url__startswith="https://mastodon.social/api/v1/statuses/").respond(answer)
    assert len(Mastodon.at("https://mastodon.social", "gitlab").read(START, SINCE).posts) == 30
    assert parents.call_count == asked


def test_tumblr_gives_what_is_new_enough_in_any_order(web: respx.MockRouter) -> None:
    web.get(TUMBLR).respond(content=payload("tumblr.json"))
    (post,) = Tumblr.at("gitlab", "key").read(START, SINCE).posts
    assert (post.id, post.title, post.author_handle) == ("700000000000000001", "GitLab", "ada")


def test_bluesky_is_searched_with_a_login_and_posts_are_known_by_their_did(web: respx.MockRouter) -> None:
    web.post(LOGIN).respond(json={"accessJwt": "token", "did": "did:plc:us"})
    route = web.get(BLUESKY).respond(content=payload("bluesky.json"))
    (post,) = Bluesky.at(["gitlab"], "us.example", "app-password").read(START, SINCE).posts
    assert post.url == "https://bsky.app/profile/did:plc:abc/post/3kxyz"
    assert post.thread_url == "https://bsky.app/profile/did:plc:xyz/post/3kroot"
    assert route.calls[0].request.headers["Authorization"] == "Bearer token"


FEEDS: list[tuple[str, Feed]] = [
    (DISQUS, Disqus.at("gitlab", "key")),
    (YOUTUBE, YouTube.at("UCx", "key")),
    (TAG, Mastodon.at("https://mastodon.social", "gitlab")),
    (TUMBLR, Tumblr.at("gitlab", "key")),
    (BLUESKY, Bluesky.at(["gitlab"], "us.example", "app-password")),
    (HACKER_NEWS, HackerNews.at(["gitlab"])),
    (STACK_EXCHANGE, StackExchange.at(["gitlab"])),
    (f"{FORUM}/posts.json", Discourse.at(FORUM)),
    (FEED, Rss.at(FEED)),
]


@pytest.mark.parametrize(("url", "feed"), FEEDS, ids=[type(feed).__name__ for _, feed in FEEDS])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(403), Refused),
        (httpx.Response(429, headers={"Retry-After": "60"}), RateLimited),
        (httpx.Response(200, content=b"<html><title>Are you a robot?</title></html>"), IntegrationError),
        (httpx.Response(302, headers={"Location": "https://login.example.com"}), IntegrationError),
        (httpx.Response(200, content=b""), IntegrationError),
    ],
    ids=["refused", "limited", "robot page", "login", "nothing"],
)
def test_a_blocked_source_is_never_taken_for_one_without_news(
    web: respx.MockRouter, url: str, feed: Feed, answer: httpx.Response, error: type[IntegrationError]
) -> None:
    web.get(url).mock(return_value=answer)
    web.post(LOGIN).respond(json={"accessJwt": "token"})
    with pytest.raises(error):
        feed.read(START, SINCE)
