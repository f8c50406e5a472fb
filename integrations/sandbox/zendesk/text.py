"""Comment text: HTML to plain text and plain text to HTML, roughly as Zendesk shows them."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

from integrations.sandbox.html_reading import LenientHtmlParser

_BREAKS = frozenset({"p", "div", "br", "li", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "tr", "table"})
_UNSEEN = frozenset({"script", "style", "head", "title"})
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
# Links and images in an agent's text are shown as what they are: the sandbox's pages load nothing from elsewhere.
_MARKDOWN.disable(["image"])


class _Plain(LenientHtmlParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- its signature
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BREAKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def plain_from_html(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return _BLANK_LINES.sub("\n\n", "".join(parser.parts)).strip()


def html_from_agent(text: str) -> str:
    """Agents' text is Markdown; HTML in it is shown, not obeyed."""
    return f'<div class="zd-comment" dir="auto">{_MARKDOWN.render(text).strip()}</div>'


def html_from_customer(text: str) -> str:
    return f'<div class="zd-comment" dir="auto">{escape(text).replace(chr(10), "<br>")}</div>'
