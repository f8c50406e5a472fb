"""Turns what strangers and services wrote into HTML that a page can show: nothing in it runs, loads or breaks out."""

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_KEPT_TAGS = "p br ul ol li strong b em i code pre blockquote h3 h4 hr a div"
_KEPT = set(_KEPT_TAGS.split())
_DROPPED_WHOLE = {"script", "style", "head", "iframe", "object", "template"}
_LINK = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_HTML_COMMENT = re.compile(r"<!--.*?-->[ \t]*\n?", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


def cleaned(html: str) -> Markup:
    """HTML from a service, cut down to formatting: a few tags without attributes, and links to web addresses."""
    kept = nh3.clean(
        html,
        tags=_KEPT,
        attributes={"a": {"href"}},
        attribute_filter=_web_address,
        clean_content_tags=_DROPPED_WHOLE,
    )
    return Markup(kept)  # noqa: S704 -- nh3 leaves the tags of the list above, and text


def _web_address(_tag: str, name: str, value: str) -> str | None:
    return value if name == "rel" or _LINK.fullmatch(value) else None


def from_markdown(text: str) -> Markup:
    """Markdown with HTML shown as text, images as links, HTML comments left out."""
    return Markup(_MARKDOWN.render(_HTML_COMMENT.sub("", text)))  # noqa: S704 -- rendered with HTML switched off
