"""However a post was linked, it is one post."""

import pytest

from app.feeds.addresses import LONGEST_THREAD, canonical_address, names_a_place, thread_address

SAME = [
    (
        "https://news.ycombinator.com/item?id=40",
        ["http://news.ycombinator.com/item?id=39#40", "https://hn.algolia.com/item?id=40&utm_source=x"],
    ),
    (
        "https://www.reddit.com/r/gitlab/comments/abc/slug/def/",
        [
            "https://old.reddit.com/r/gitlab/comments/abc/slug/def/?context=3",
            "https://m.reddit.com/r/gitlab/comments/abc/other/def",
        ],
    ),
    (
        "https://redd.it/abc",
        ["https://np.reddit.com/r/x/comments/abc/a_slug/?share_id=1", "https://reddit.com/comments/abc"],
    ),
    ("https://lobste.rs/c/xyz", ["https://lobste.rs/s/abc/slug#c_xyz"]),
    (
        "https://stackoverflow.com/a/34",
        ["https://stackoverflow.com/questions/12/slug/34#34", "https://stackoverflow.com/questions/12/slug#34"],
    ),
    ("https://stackoverflow.com/q/12", ["https://stackoverflow.com/questions/12/slug?rq=1"]),
    ("https://youtu.be/abc", ["https://m.youtube.com/watch?v=abc&feature=share", "https://www.youtube.com/shorts/abc"]),
    ("https://www.youtube.com/watch?v=abc&lc=Ug1", ["https://www.youtube.com/watch?lc=Ug1&v=abc"]),
    (
        "https://serverfault.com/questions/12/slug",
        ["https://serverfault.com/q/12/7", "https://serverfault.com/questions/12"],
    ),
    ("https://devops.stackexchange.com/a/34", ["https://devops.stackexchange.com/questions/12/slug/34#34"]),
    ("https://x.com/i/web/status/12", ["https://twitter.com/ada/status/12"]),
    (
        "https://bsky.app/profile/did:plc:abc/post/3kabcdefgh234",
        ["https://bsky.app/profile/ada.example.com/post/3kabcdefgh234?ref_src=embed"],
    ),
    (
        "https://ada.tumblr.com/post/700000000001/slug",
        ["https://www.tumblr.com/ada/700000000001", "https://www.tumblr.com/blog/view/ada/700000000001"],
    ),
    (
        "https://forum.example.com/t/runner-fails/77/3",
        ["https://forum.example.com/t/runner-fails-solved/77/3?u=ada", "http://forum.example.com/t/77/3"],
    ),
    ("https://example.com/forum/t/runner-fails/77", ["https://www.example.com/forum/t/runner-fails/77/1?u=ada"]),
    (
        "https://mastodon.example/@ada/113600000000000002",
        ["https://mastodon.example/users/ada/statuses/113600000000000002"],
    ),
    ("https://example.com/caf%C3%A9/a%20b", ["https://example.com/café/a b"]),
    ("https://x.com/ada/status/12", ["https://mobile.twitter.com/ada/status/12?s=20"]),
    (
        "https://example.com/a?x=1",
        [
            "http://www.example.com/a/?utm_medium=m&x=1&fbclid=2",
            "https://www.google.com/url?rct=j&url=https://example.com/a%3Fx%3D1&ct=ga",
            "https://example.com//a?x=1#top",
            "https://m.example.com/a/amp/?x=1",
        ],
    ),
    ("https://xn--bcher-kva.example/p", ["https://bücher.example/p", "https://B\u00fccher\u3002example/p"]),
    ("https://blog.example.com/p#comment-7", ["https://blog.example.com/p/?ref=hn#comment-7"]),
]
DIFFERENT = [
    ("https://news.ycombinator.com/item?id=40", "https://news.ycombinator.com/item?id=41"),
    ("https://www.reddit.com/r/x/comments/abc/s/", "https://www.reddit.com/r/x/comments/abc/s/def/"),
    ("https://stackoverflow.com/q/12", "https://stackoverflow.com/a/12"),
    ("https://lobste.rs/s/abc", "https://lobste.rs/c/abc"),
    ("https://blog.example.com/p#comment-7", "https://blog.example.com/p#comment-8"),
    ("https://blog.example.com/p#comment-7", "https://blog.example.com/p"),
    ("https://forum.example.com/viewtopic.php?t=1#p7", "https://forum.example.com/viewtopic.php?t=1#p8"),
    ("https://docs.example.com/p#spec7", "https://docs.example.com/p#comment-7"),
    ("https://app.example.com/#!/posts/a", "https://app.example.com/#!/posts/b"),
    ("https://example.com/a?x=1", "https://example.com/a?x=2"),
    ("https://forum.example.com/viewtopic.php?f=2&t=12", "https://forum.example.com/viewtopic.php?f=2&t=13"),
    ("https://forum.example.com/showthread.php?t=12", "https://forum.example.com/showthread.php?t=13"),
    ("https://forum.example.com/t/runner-fails/77/3", "https://forum.example.com/t/runner-fails/77/4"),
    ("https://forum.example.com/t/runner-fails/77/3", "https://other.example.com/t/runner-fails/77/3"),
    ("https://forum.example.com:8443/t/a/77/3", "https://forum.example.com/t/a/77/3"),
    ("https://serverfault.com/q/12", "https://superuser.com/q/12"),
    ("https://bsky.app/profile/ada/post/short", "https://bsky.app/profile/bob/post/short"),
    ("https://example.com/%FF", "https://example.com/%FE"),
    ("https://example.com:8443/a", "https://example.com/a"),
    ("https://youtu.be/abc", "https://www.youtube.com/watch?v=abc&lc=Ug1"),
]


@pytest.mark.parametrize(("address", "others"), SAME, ids=[address for address, _ in SAME])
def test_all_links_to_one_post_are_one_address(address: str, others: list[str]) -> None:
    assert {canonical_address(one).url for one in [address, *others]} == {canonical_address(address).url}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_links_to_different_posts_stay_different(one: str, other: str) -> None:
    assert canonical_address(one).url != canonical_address(other).url


@pytest.mark.parametrize(
    "odd",
    ["https://x", "https://[::1]/a", "https://a.b/?" + "a=1&" * 5000, "http://a.b/%zz"],
)
def test_odd_addresses_get_one_too(odd: str) -> None:
    assert canonical_address(odd).url.startswith("https://")


@pytest.mark.parametrize(
    "inner", ["https://[x", "https://e.org:99999/", "https://e.org:x/", "https:///a", "ftp://e.org"]
)
def test_a_redirector_to_nowhere_is_the_page_itself(inner: str) -> None:
    assert canonical_address(f"https://www.google.com/url?q={inner}").url.startswith("https://google.com/url?q=")


def test_what_stands_under_a_page_is_not_the_page() -> None:
    assert canonical_address("https://blog.example.com/p#comment-7").is_of_one_post
    assert not canonical_address("https://blog.example.com/p").is_of_one_post


@pytest.mark.parametrize(
    ("comment", "post"),
    [
        ("https://about.gitlab.com/blog/x/#comment-7", "https://about.gitlab.com/blog/x?utm_source=a"),
        ("https://news.ycombinator.com/item?id=1#2", "https://news.ycombinator.com/item?id=1"),
        ("https://old.reddit.com/r/gitlab/comments/1abc23/runner_fails/", "https://redd.it/1abc23"),
    ],
)
def test_a_comment_belongs_to_its_post(comment: str, post: str) -> None:
    assert thread_address(comment) == thread_address(post)


@pytest.mark.parametrize("odd", ["https://[x/1", "https://e.org:99999/1", "https://e.org:x/", "", "x" * 10_000])
def test_any_text_is_the_thread_of_something(odd: str) -> None:
    assert len(thread_address(odd)) <= LONGEST_THREAD


@pytest.mark.parametrize(
    ("url", "native_id", "names"),
    [
        ("https://e.org/changes#v16.4", "https://e.org/changes#v16.4", True),
        ("https://e.org/changes#v16.4", "tag:e.org,2026:16.4", True),
        ("https://e.org/changes", "tag:e.org,2026:16.4", False),
        ("https://e.org/p#xtor=RSS-1", "tag:e.org,2026:1", False),
        ("https://e.org/p#:~:text=gitlab", "https://e.org/p", False),
        ("https://e.org/p?utm_source=x#more", "http://www.e.org/p/", False),
        ("https://e.org/p#more", "https://e.org/p", False),
    ],
)
def test_a_place_on_a_page_is_a_post_of_its_own_where_its_id_is_not_the_page(
    url: str, native_id: str, *, names: bool
) -> None:
    assert names_a_place(url, native_id) == names
