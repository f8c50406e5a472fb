"""The text of a mention's ticket: what its author wrote, and under it where and when."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from app.feeds.mention import LONGEST_TEXT, UNSTORABLE, Mention

_LONGEST_SUBJECT: Final = 120
DELETED_POST: Final = "The post was deleted"
"""The subject that stands for all of its text."""
_CUT: Final = " … (cut)"
_LINK: Final = re.compile(r"\[([^\[\]\s]{1,500})\]\((https?://[^)\s]{1,2000})\)")
_BLANK_LINES: Final = re.compile(r"\n\s*\n\s*\n+")
_LONGEST_BODY: Final = 50_000
"""Bytes: what stands under it must not be cut off."""


@dataclass(frozen=True, slots=True)
class MentionAuthor:
    name: str
    external_id: str
    """Of nobody else: who is suspended for spam must not silence others."""


@lru_cache(maxsize=2)
def body_text(mention: Mention) -> str:
    """What its author wrote, as plain text with links. Asked for by each that looks at the mention."""
    text = _from_html(mention.html) if mention.html else mention.text
    return text.strip() or mention.title


def subject_line(mention: Mention) -> str:
    """The title, else how the text begins, cut between two words."""
    line = mention.title or " ".join(body_text(mention).split()) or "A post without words"
    if len(line) <= _LONGEST_SUBJECT:
        return line
    return f"{line[:_LONGEST_SUBJECT].rsplit(' ', 1)[0]} …"


def ticket_body(mention: Mention, channel: str) -> str:
    """`channel`: its title, as people call it."""
    text = body_text(mention)
    if len(written := text.encode("utf-8", "replace")) > _LONGEST_BODY:
        text = written[:_LONGEST_BODY].decode("utf-8", "ignore") + _CUT
    at = f", {mention.published_at:%Y-%m-%d %H:%M} UTC" if mention.published_at else ""
    lines = [f"Posted on {channel}{at}: {mention.url}"]
    if mention.thread.url and mention.thread.url != mention.url:
        lines.append(f"In the thread {mention.thread.title or 'at'}: {mention.thread.url}")
    return f"{text}\n\n" + "\n".join(lines)


def requester_of(mention: Mention, channel: str) -> MentionAuthor:
    """Without an e-mail: we know none, and invent none."""
    author = mention.author
    handle = author.handle.removeprefix("@")
    known_by = handle or author.url or author.name or f"post {mention.id}"
    name = author.name or (f"@{handle}" if handle else f"Somebody on {channel}")
    # Zendesk compares external ids without case, and some sources tell names apart by it.
    digest = hashlib.sha256(known_by.encode()).hexdigest()[:24]
    return MentionAuthor(name[:200], f"mention:{mention.source}:{digest}")


def _address_alone(link: re.Match[str]) -> str:
    """A link whose words are its address, cut by the site or not: the address once."""
    said, address = (one.removeprefix("https://").removeprefix("http://") for one in link.groups())
    return link[2] if address.startswith(said.removesuffix("...").removesuffix("…")) else link[0]


@cache
def _reader() -> Callable[[str], str]:
    from inscriptis import get_text  # noqa: PLC0415  # heavy, and only needed for mentions in HTML
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415  # the same

    with_links = ParserConfig(display_links=True)
    # A few bytes of style can ask for megabytes of space.
    with_links.attribute_handler.attribute_mapping = {}
    return lambda markup: get_text(markup, with_links)


def _from_html(markup: str) -> str:
    text = _reader()(markup)[:LONGEST_TEXT]  # lists in lists are mostly spaces
    text = UNSTORABLE.sub("\ufffd", _LINK.sub(_address_alone, text))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.splitlines()))
