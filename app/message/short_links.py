"""Shortened links in a text: which there are, and the text with the addresses that they lead to."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from app.ticket import ShortLink

MOST: Final = 3
"""Links of one text that are looked up."""
# Letters of languages without blanks may stand right before and behind it; before a bare host they belong to it.
_LINK: Final = re.compile(
    r"(?:(?<![a-z0-9_@./:=?&#%-])https?://|(?<![\w@./:=?&#%-]))"
    r"((?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,12})/[a-z0-9_%/?=&#~+.-]{0,300}[a-z0-9_/]",
    re.IGNORECASE,
)


def short_links_in(text: str, hosts: Collection[str]) -> tuple[str, ...]:
    """As they are written, each once."""
    found = (link[0] for link in _LINK.finditer(text) if _host(link) in hosts)
    return tuple(dict.fromkeys(found))[:MOST]


def spelled_out(text: str, links: Sequence[ShortLink]) -> str:
    """The text with addresses in place of the links that lead to them."""
    known: Mapping[str, str] = {one.link: one.url for one in links if one.url}
    return _LINK.sub(lambda link: known.get(link[0], link[0]), text) if known else text


def place_as_written(text: str, links: Sequence[ShortLink], start: int, end: int) -> tuple[int, int]:
    """Where a piece of the text that is spelled out stands in the text; of an address, its whole link."""
    first, last = start, end
    longer = 0
    known: Mapping[str, str] = {one.link: one.url for one in links if one.url}
    for link in _LINK.finditer(text) if known else ():
        if link[0] not in known:
            continue
        url = known[link[0]]
        begin = link.start() + longer
        longer += len(url) - len(link[0])
        after = begin + len(url)
        if start >= begin:
            first = link.start() if start < after else start - longer
        if end > begin:
            last = link.end() if end <= after else end - longer
    return first, last


def _host(link: re.Match[str]) -> str:
    return link[1].lower().removeprefix("www.")
