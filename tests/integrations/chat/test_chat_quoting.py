"""No text pings anybody, links anywhere, or writes a second line in a chat."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.chat import escape

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
