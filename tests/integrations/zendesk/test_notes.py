"""Internal notes are made of blocks; what goes in is shown, and a note that is too long says that it was cut."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.zendesk.notes import (
    CUT_NOTE,
    CUT_QUOTE,
    MAX_BYTES,
    Block,
    Bold,
    Bullets,
    Hyperlink,
    Paragraph,
    Quote,
    note_html,
)

URL = "https://git.example.com/a/-/issues/7"
TEXT = st.text(max_size=30)
PARTS = st.one_of(TEXT, st.builds(Bold, TEXT), st.builds(Hyperlink, TEXT, TEXT))
PARAGRAPHS = st.lists(PARTS, max_size=3).map(lambda parts: Paragraph(*parts))
BLOCKS = st.lists(
    st.one_of(
        PARAGRAPHS, st.builds(Quote, st.text(max_size=300)), st.lists(PARAGRAPHS, max_size=3).map(lambda p: Bullets(*p))
    ),
    max_size=6,
)


class Nesting(HTMLParser):
    """Fails on a tag that is not closed, or not ours."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"p", "a", "strong", "ul", "li", "blockquote", "br"}
        assert {name for name, _ in attrs} <= {"href", "rel"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_shows_paragraphs_links_lists_and_quotes() -> None:
    note = note_html(
        [
            Paragraph(
                Bold("Issue:"), " ", Hyperlink("group/app#7", "https://git.example.com/a/-/issues/7?a=1&b=2"), "."
            ),
            Bullets(Paragraph("one"), Paragraph("two & three")),
            Quote("<b>Hi</b>\n{{ticket.id}}"),
        ]
    )

    assert note == (
        '<p><strong>Issue:</strong> <a href="https://git.example.com/a/-/issues/7?a=1&amp;b=2" rel="noreferrer">'
        "group/app#7</a>.</p>"
        "<ul><li>one</li><li>two &amp; three</li></ul>"
        "<blockquote>&lt;b&gt;Hi&lt;/b&gt;<br>{&#8203;{ticket.id}}</blockquote>"
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "", "http://[", "mailto:x@y"]
)
def test_a_link_that_does_not_lead_to_the_web_is_text(url: str) -> None:
    assert "href" not in note_html([Paragraph(Hyperlink("x", url))])


def test_an_address_cannot_leave_its_attribute_or_hold_a_placeholder() -> None:
    note = note_html([Paragraph(Hyperlink("x", 'https://e.example/"><script>{{a}}\ud800'))])

    assert 'href="https://e.example/%22%3E%3Cscript%3E%7B%7Ba%7D%7D?"' in note


@given(BLOCKS)
def test_any_blocks_make_well_formed_html_without_placeholders(blocks: list[Block]) -> None:
    note = note_html(blocks)

    Nesting(note)
    assert not re.search(r"\{[{%]", note)


@given(BLOCKS, st.integers(min_value=200, max_value=600))
def test_a_note_keeps_within_its_limit_and_stays_well_formed(blocks: list[Block], limit: int) -> None:
    whole, cut = note_html(blocks), note_html(blocks, limit)

    Nesting(cut)
    assert len(cut.encode()) <= limit
    assert (cut == whole) == (len(whole.encode()) <= limit)


def test_quotes_are_cut_before_what_we_say_ourselves() -> None:
    note = note_html([Paragraph("Before."), Quote("short"), Quote("&{{ é" * 40_000), Paragraph("After.")])

    assert MAX_BYTES - 100 < len(note.encode()) <= MAX_BYTES
    assert note.startswith("<p>Before.</p><blockquote>short</blockquote>")
    assert note.endswith(f"{CUT_QUOTE}</blockquote><p>After.</p>")


def test_a_note_without_quotes_is_cut_at_the_end_and_says_so() -> None:
    note = note_html([Paragraph("x" * 1000) for _ in range(100)])

    assert len(note.encode()) <= MAX_BYTES
    assert note.endswith(f"<p>{CUT_NOTE}</p>")
