"""Turns what strangers and services wrote into HTML that a page can show: nothing in it runs, loads or breaks out."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from markupsafe import Markup

from integrations.sandbox.html_reading import LenientHtmlParser

_KEPT = frozenset(
    {"p", "br", "ul", "ol", "li", "strong", "b", "em", "i", "code", "pre", "blockquote", "h3", "h4", "hr", "a", "div"}
)
_VOID = frozenset({"br", "hr"})
_DROPPED_WHOLE = frozenset({"script", "style", "head", "iframe", "object", "template"})
_LINK = re.compile(r"https?://[^\s]+|mailto:[^\s]+", re.IGNORECASE)
_HTML_COMMENT = re.compile(r"<!--.*?-->[ \t]*\n?", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


class _Cleaner(LenientHtmlParser):
    """Keeps a few tags without attributes (links keep a web address), and closes what was left open."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED_WHOLE:
            self._dropping += 1
        if self._dropping or tag not in _KEPT:
            return
        address = dict(attrs).get("href") or ""
        target = f' href="{escape(address)}" rel="noopener noreferrer"' if _LINK.fullmatch(address) else ""
        self.parts.append(f"<{tag}{target if tag == 'a' else ''}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED_WHOLE:
            self._dropping = max(0, self._dropping - 1)
        elif not self._dropping and tag in self._open:
            while True:
                closed = self._open.pop()
                self.parts.append(f"</{closed}>")
                if closed == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.parts.append(escape(data))

    def finished(self) -> str:
        self.close()
        self.parts += [f"</{tag}>" for tag in reversed(self._open)]
        return "".join(self.parts)


def cleaned(html: str) -> Markup:
    """HTML from a service, cut down to formatting."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    return Markup(cleaner.finished())  # noqa: S704 -- every piece was escaped or is a tag of the list above


def from_markdown(text: str) -> Markup:
    """Markdown with HTML shown as text, images as links, HTML comments left out."""
    return Markup(_MARKDOWN.render(_HTML_COMMENT.sub("", text)))  # noqa: S704 -- rendered with HTML switched off
