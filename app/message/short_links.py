"""Shortened links in a text: which there are, and the text with the addresses that they lead to."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from app.ticket import ShortLink

MOST: Final = 3
"""Links of one text that are looked up."""
_LINK: Final = re.compile(
    r"(?<![\w@./:=?&#%-])(?:https?://)?((?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,12})/[\w%/?=&#~+.-]{0,300}[\w/]",
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


def _host(link: re.Match[str]) -> str:
    return link[1].lower().removeprefix("www.")
