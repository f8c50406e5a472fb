"""No text, however hostile, becomes markup that runs, loads, or leaves a tag open."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.html_reading import LenientHtmlParser
from integrations.sandbox.safe_html import cleaned, from_markdown

_TAGS = ["<script>", "</script>", "<img src=x onerror=y>", "<a href='javascript:x()'>", "<p>", "</p>", "<b onclick=z>"]
_SIGNS = [
    "<!--",
    "<![",
    "<!x",
    "-->",
    "[a](javascript:b)",
    "![i](http://evil/p.png)",
    "```",
    "<svg/onload=a>",
    '"',
    "<",
    ">",
    "&lt;",
]
PIECES = st.sampled_from([*_TAGS, *_SIGNS, "text", "\n"])
HOSTILE = st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join)


class Seen(LenientHtmlParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def harmless(html: str) -> bool:
    seen = Seen(html)
    addresses = [value for name, value in seen.attributes if name in {"href", "src"}]
    return (
        not {"script", "img", "svg", "style", "iframe"} & set(seen.tags)
        and not any(name.startswith("on") for name, _value in seen.attributes)
        and not any(re.match(r"\s*javascript:", address, re.IGNORECASE) for address in addresses)
    )


@given(HOSTILE)
def test_cleaned_html_is_harmless_and_closed(text: str) -> None:
    html = cleaned(text)
    assert harmless(html)
    for tag in ("p", "b", "a"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>")


@given(HOSTILE)
def test_rendered_markdown_is_harmless(text: str) -> None:
    assert harmless(from_markdown(text))


def test_keeps_formatting_and_web_links() -> None:
    html = "<p>a <strong>b</strong> <a href='https://x.example/y' onclick='z'>c</a></p>"
    assert cleaned(html) == (
        '<p>a <strong>b</strong> <a href="https://x.example/y" rel="noopener noreferrer">c</a></p>'
    )


def test_hides_a_marker_and_shows_a_fence_as_it_is() -> None:
    shown = from_markdown("<!-- zdrk1234 -->\n\n````text\n<b>/close\n````")
    assert "zdrk1234" not in shown
    assert "&lt;b&gt;/close" in shown
