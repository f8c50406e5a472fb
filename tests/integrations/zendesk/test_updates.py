"""No text, however hostile, is expanded as a placeholder by Zendesk or becomes HTML in a note."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations.zendesk.updates import as_html

PLACEHOLDER = re.compile(r"\{[{%]")
PIECES = [
    "{", "{{", "{%", "}}", "%}", "%", "\\", "&#123;", "&#x7B;", "&#00123", "&lcub;", "&lbrace;", "&amp;", "<b>", "</b>",
    "ticket.requester.email", "\x00", "\u200b", "\r", "\n", " ", "'", '"', "\ud83d", "\ufeff",
]  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=20).map("".join)
)


def as_text(stored: str) -> str:
    """What is left once tags are gone and entities are read, as a mail or a plain-text view shows it."""
    return html.unescape(re.sub(r"<[^>]*>", "", stored))


@given(ANY_TEXT)
@example("{\r{")
@example("{\\{%")
def test_html_holds_no_placeholder_and_no_tag_of_the_text(text: str) -> None:
    stored = as_html(text)

    assert not PLACEHOLDER.search(stored)
    assert not PLACEHOLDER.search(as_text(stored))
    assert set(re.findall(r"<[^>]*>?", stored)) <= {"<br>"}
    assert not set("\"'") & set(stored)
    stored.encode()


@given(st.lists(ANY_TEXT, max_size=4))
def test_no_placeholder_forms_where_two_texts_meet(texts: list[str]) -> None:
    assert not PLACEHOLDER.search(as_text("".join(map(as_html, texts))))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ticket.requester.email}}", "{\u200b{ticket.requester.email}}"),
        ("{% if x %}", "{\u200b% if x %}"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("a & b < c\r\nd", "a & b < cd"),
        ("{\x00{x}}", "{\u200b{x}}"),
    ],
)
def test_html_shows_the_text_as_it_was(text: str, shown: str) -> None:
    assert as_text(as_html(text)) == shown


def test_lines_stay_lines() -> None:
    assert as_html("one\ntwo {{x}}") == "one<br>two {&#8203;{x}}"
