"""Whom and what a text touches when GitLab renders it: mentions, references, images. Code and links are left alone."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from integrations.sandbox.gitlab.markdown import PARSER
from integrations.sandbox.gitlab.models import TextEffects
from integrations.sandbox.html_reading import HtmlText

_MENTION = re.compile(r"(?<!\w)@([a-zA-Z0-9_](?:[a-zA-Z0-9_./-]*[a-zA-Z0-9_])?)")
_REFERENCE = re.compile(r'(?<![\w/#&])(?:[\w./-]+)?(?:[#!&$]\d+\b|[~%](?:"[^"\n]+"|[A-Za-z][\w:-]*))')
_URL = re.compile(r"https?://[^\s<>]+")
_WORTH_A_LOOK = re.compile(r"[@#!~%&$\[<]|://")
_ESCAPED = "\x00"
_SILENT_TAG = re.compile(r"<(/?)(?:pre|code|a|style|script)\b", re.IGNORECASE)
_SILENT = frozenset({"pre", "code", "a", "style", "script"})


def effects(text: str, own_url: str) -> TextEffects:
    """`own_url`: the address of this GitLab, whose links are references."""
    return _collected(PARSER.parse(text), own_url) if _WORTH_A_LOOK.search(text) else TextEffects()


def effects_of_title(title: str, own_url: str) -> TextEffects:
    """Titles are rendered too, as one line."""
    return _collected(PARSER.parseInline(title), own_url) if _WORTH_A_LOOK.search(title) else TextEffects()


def _collected(tokens: Sequence[Token], own_url: str) -> TextEffects:
    texts: list[str] = []
    links: list[str] = []
    images: list[str] = []
    for token in tokens:
        if token.type == "inline":
            texts.append(_inline_text(token.children or [], links, images))
        elif token.type == "html_block":
            texts.append(_html_text(token.content, links, images))
    seen = "\n".join(texts)
    links += _URL.findall(seen)
    bare = _URL.sub(" ", seen)
    references = [match[0] for match in _REFERENCE.finditer(bare)]
    references += [link for link in links if link.startswith(f"{own_url}/") and "/-/" in link]
    return TextEffects(
        mentions=tuple(dict.fromkeys(_MENTION.findall(bare))),
        references=tuple(dict.fromkeys(references)),
        images=tuple(dict.fromkeys(images)),
    )


def _inline_text(children: Sequence[Token], links: list[str], images: list[str]) -> str:
    """The text GitLab's filters see. An escaped character is none of them; an entity is what it stands for."""
    parts: list[str] = []
    in_link = 0
    for token in children:
        if token.type == "link_open":
            in_link += 1
            links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            in_link -= 1
        elif token.type == "image":
            images.append(str(token.attrGet("src") or ""))
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type == "html_inline":
            parts.append(_html_text(token.content, links, images))
            in_link += _silenced(token.content)
        elif token.type == "text_special" and token.info == "escape":
            parts.append(_ESCAPED)
        elif token.type in {"text", "text_special"} and not in_link:
            parts.append(token.content)
    return "".join(parts)


def _silenced(tag: str) -> int:
    match = _SILENT_TAG.match(tag)
    return 0 if match is None else -1 if match[1] else 1


def _html_text(html: str, links: list[str], images: list[str]) -> str:
    read = HtmlText(html, _SILENT)
    images += [attributes.get("src", "") for tag, attributes in read.tags if tag in {"img", "video", "audio"}]
    links += [attributes.get("href", "") for tag, attributes in read.tags if tag == "a"]
    return read.text
