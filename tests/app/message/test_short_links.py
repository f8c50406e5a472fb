"""Short links are found as people write them, and give way to the addresses that they lead to."""

import time

import pytest

from app.message.short_links import short_links_in, spelled_out
from app.ticket import ShortLink

HOSTS = {"t.co", "bit.ly"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://t.co/aB1", ("https://t.co/aB1",)),
        ("see bit.ly/x-1.", ("bit.ly/x-1",)),
        ("(http://www.bit.ly/x)", ("http://www.bit.ly/x",)),
        ("HTTPS://T.CO/a, https://t.co/a HTTPS://T.CO/a", ("HTTPS://T.CO/a", "https://t.co/a")),
        ("https://t.co/a https://t.co/ab https://t.co/a", ("https://t.co/a", "https://t.co/ab")),
        ("https://t.co/1 https://t.co/2 https://t.co/3 https://t.co/4", tuple(f"https://t.co/{one}" for one in "123")),
        ("https://example.com/t.co/a", ()),
        ("https://example.com?u=https://t.co/a", ()),
        ("https://nott.co/a and https://t.co.example.com/a", ()),
        ("me@t.co/a t.co t.co/", ()),
        ("https://user:t.co/a", ()),
        ("リリースhttps://t.co/abcです", ("https://t.co/abc",)),
        ("ét.co/a", ()),
    ],
)
def test_links_of_the_hosts_are_found(text: str, found: tuple[str, ...]) -> None:
    assert short_links_in(text, HOSTS) == found


def test_a_link_is_replaced_whole_and_others_stay() -> None:
    links = [
        ShortLink("https://t.co/a", "https://e.org/1"),
        ShortLink("https://t.co/ab", "https://e.org/2"),
        ShortLink("bit.ly/x", why_not="gone"),
    ]
    text = "https://t.co/ab, https://t.co/a. bit.ly/x https://t.co/a/b"
    assert spelled_out(text, links) == "https://e.org/2, https://e.org/1. bit.ly/x https://t.co/a/b"


@pytest.mark.parametrize("piece", ["a.", "t.co/", "https://", "t.co/%", "a-", "t.co/a "])
def test_a_hostile_text_is_read_at_once(piece: str) -> None:
    started = time.monotonic()
    text = piece * (60_000 // len(piece))
    spelled_out(text, [ShortLink(one, "https://e.org") for one in short_links_in(text, HOSTS)])
    assert time.monotonic() - started < 2
