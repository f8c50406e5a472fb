"""No text pings anybody, links anywhere, or writes a second line in a chat."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.chat import escape, link

PIECES = [
    "<!channel>",
    "<@U1>",
    "@here",
    "@channel",
    "~town",
    "](",
    "![x](http://e/x.png)",
    "&lt;",
    "\n",
    "\r",
    "\u200b",
    "> ",
]
ANY_TEXT = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=15).map("".join)
)


@given(ANY_TEXT)
def test_nothing_pings_links_or_breaks_the_line(text: str) -> None:
    escaped = escape(text)

    assert not re.search(r"[<>@~]|\]\(", escaped)
    assert re.sub(r"&(?:amp|lt|gt);", "", escaped).count("&") == 0
    assert len(escaped.splitlines()) <= 1
    assert len(html.unescape(escaped)) <= 301 + text.count("](")
    escaped.encode()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Push fails\nfor @joe", "Push fails for ＠joe"),
        ("<!channel> R&D", "&lt;!channel&gt; R&amp;D"),
        ("![x](http://e)", "![x] (http://e)"),
    ],
)
def test_reads_like_the_text(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_long_text_is_cut() -> None:
    assert escape("word " * 100, limit=9) == "word wor…"


@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: f"https://gitlab.example/{text}")))
def test_an_address_is_one_word_that_pings_nobody(address: str) -> None:
    linked = link(address)

    assert not re.search(r"[<>@~|&*`()\[\]\s]", linked)
    assert linked == "" or linked.startswith(("http://", "https://"))
    linked.encode("ascii")


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://gitlab.com/a/b/-/issues/7#note_1", "https://gitlab.com/a/b/-/issues/7#note_1"),
        ("https://a.example/search?q=tags%3Afoo", "https://a.example/search?q=tags%3Afoo"),
        ("https://a.example/~joe (1)", "https://a.example/%7Ejoe%20%281%29"),
        ("https://a.example/?a=1&b=2", ""),
        ("https://joe@a.example/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_an_address_stays_the_same_address(address: str, linked: str) -> None:
    assert link(address) == linked
    assert not linked or unquote(linked) == unquote(address)
