"""Markdown pages as HTML, with the title of their front matter; both kinds of pages are then read in one way."""

import re
from typing import Final

from markdown_it import MarkdownIt

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.{0,8000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE: Final = re.compile(r"^title:[ \t]*(['\"]?)([^\n]{1,300}?)\1[ \t]*$", re.MULTILINE)
# Hugo's, as `{{< alert >}}` and `{{% tab %}}`: what stands between two of them is text.
_SHORTCODE: Final = re.compile(r"\{\{[<%][^{}\n]{0,300}[>%]\}\}")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable("table")


def from_markdown(text: str) -> tuple[str, str]:
    """The title that the front matter gives, or none, and the page as HTML."""
    text, title = text.replace("\r\n", "\n"), ""
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        title = found[2].strip() if (found := _TITLE.search(front[1])) else ""
    return title, str(_MARKDOWN.render(_SHORTCODE.sub("", text)))
