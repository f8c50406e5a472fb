"""A macro's rich text: plain where it says no more than plain lines, and else in one spelling."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.setup.kinds.rich_text import is_rich, plain_lines, reply_of_html

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
TEXTS = st.lists(WORDS, max_size=5).map("\n".join)


@given(TEXTS)
def test_saved_in_the_editor_it_is_the_same_text(text: str) -> None:
    plain = plain_lines(text)
    paragraphs = (escape(part, quote=False).replace("\n", "<br>") for part in plain.split("\n\n"))
    html = "".join(f'<p dir="auto">{part}</p>\n' for part in paragraphs)
    assert reply_of_html(html) == plain
    assert not is_rich(plain)


@given(TEXTS, st.sampled_from(["b", "i", "u", "li", "h2", "blockquote", "code"]))
def test_formatting_is_kept_and_its_form_is_stable(text: str, tag: str) -> None:
    written = f"<p>Hi</p><{tag}>x{escape(text)}</{tag}>"
    reply = reply_of_html(written)
    assert f"<{tag}>" in reply
    assert reply_of_html(reply) == reply
    assert is_rich(reply)


@pytest.mark.parametrize(
    ("html", "reply"),
    [
        ("Hi &amp; bye<br/>now", "Hi & bye\nnow"),
        ("<p>a&nbsp;</p><p>&nbsp;</p><div>b</div>", "a\n\nb"),
        ('<p><span style="font-size: 9pt">a</span></p>', "a"),
        ('<p><a href="https://x.dev/" rel="noreferrer">https://x.dev</a></p>', "https://x.dev"),
        ('<p><a href="mailto:a@x.dev">a@x.dev</a></p>', "a@x.dev"),
        ('<p><a href="https://x.dev">here</a></p>', '<p><a href="https://x.dev">here</a></p>'),
        ('<p><a href="https://evil.dev">https://x.dev</a></p>', '<p><a href="https://evil.dev">https://x.dev</a></p>'),
        ("<p><strong>a</strong> <em>b</em></p>", "<p><b>a</b> <i>b</i></p>"),
        ("<p>a <b></b><i> </i>b</p>", "a b"),
        ("<ul dir=auto><li><p>a</p></li><li>b</li></ul>", "<ul><li>a</li>\n<li>b</li>\n</ul>"),
        ('<p><img src="https://x.dev/a.png" alt="A" width="9"></p>', '<p><img alt="A" src="https://x.dev/a.png"></p>'),
        ('<p><span style="COLOR: Red">a</span></p>', '<p><span style="color: red">a</span></p>'),
        ("<!-- note --><p>a</p>", "a"),
        ("", ""),
    ],
)
def test_what_counts_and_what_does_not(html: str, reply: str) -> None:
    assert reply_of_html(html) == reply
