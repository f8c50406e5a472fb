"""Comment text: HTML to plain text and plain text to HTML, roughly as Zendesk shows them."""

import re
from html import escape

from markdown_it import MarkdownIt

from integrations.sandbox.html_reading import HtmlText

_BREAKS = frozenset({"p", "div", "br", "li", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "tr", "table"})
_UNSEEN = frozenset({"script", "style", "head", "title"})
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
# Links and images in an agent's text are shown as what they are: the sandbox's pages load nothing from elsewhere.
_MARKDOWN.disable(["image"])


def plain_from_html(html: str) -> str:
    return _BLANK_LINES.sub("\n\n", HtmlText(html, _UNSEEN, _BREAKS).text).strip()


def html_from_agent(text: str) -> str:
    """Agents' text is Markdown; HTML in it is shown, not obeyed."""
    return f'<div class="zd-comment" dir="auto">{_MARKDOWN.render(text).strip()}</div>'


def html_from_customer(text: str) -> str:
    return f'<div class="zd-comment" dir="auto">{escape(text).replace(chr(10), "<br>")}</div>'
