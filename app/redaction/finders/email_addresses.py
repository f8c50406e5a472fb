"""E-mail addresses, in any script, percent-encoded, and in the usual disguises (`name [at] example dot com`).

`git@host` stays: it is everyone's, and half of the tickets about a remote consist of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.kinds import Span

_LOCAL = r"[\w.+'’-]"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_PLAIN = re.compile(
    rf"(?P<local>(?:(?<!{_LOCAL}){_LOCAL}++|\"[^\"\s@][^\"\n@]{{0,62}}\"))(?:@|%40|＠)(?P<domain>[\w.-]++)"
)
_NO_MAILBOX: Final = frozenset({"git", "hg"})
# Package versions (react@16.4.1, checkout@v3.beta) and pictures for dense screens (logo@2x.png).
_NO_DOMAIN = re.compile(r"v?\d+(?:\.\d+)+.*|v\d+\..*|\d(?:\.\d)?x\..*", re.ASCII)
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,24}|xn--[\w-]{2,59}")

_AT = re.compile(r"[\[({<]\s?(?i:at|@|ät|arroba)\s?[\])}>]")
_NAME_BACKWARDS = re.compile(r"\s{0,2}[\w.+-]{1,64}+")
_AFTER_AT = re.compile(
    rf"\s{{0,2}}(?P<first>[\w-]{{1,63}}+)(?:\s{{0,2}}(?:\.|[\[({{<]\s?(?i:dot|\.|punkt|point|punto)\s?[\])}}>]|(?<=\s)(?i:dot)(?=\s))\s{{0,2}}{_LABEL}){{1,4}}"
)
_SPOKEN = re.compile(r"[ ](?i:at)[ ](?P<host>[\w-]{2,40})(?:[ ](?i:dot)[ ][A-Za-z]{2,20}){1,3}")
_PLACES: Final = frozenset({"gitlab", "github", "about"})
"""Hosts of which people say where on them something is ("a page at gitlab dot com")."""


def email_addresses(text: str) -> Iterator[Span]:
    if "@" in text or "%40" in text or "＠" in text:
        yield from _plain(text)
    yield from _disguised(text)


def _plain(text: str) -> Iterator[Span]:
    for match in _PLAIN.finditer(text):
        local = match["local"].lstrip(".'’-")
        domain = match["domain"].rstrip(".-_")
        if text.endswith("://", 0, match.start()):
            continue  # a service's account, or it would be gone
        if local and local.strip("+").lower() not in _NO_MAILBOX and is_domain(domain):
            yield Span(match.end("local") - len(local), match.start("domain") + len(domain), "email")


def is_domain(domain: str) -> bool:
    return (
        "." in domain
        and ".." not in domain
        and _TOP_LEVEL.fullmatch(domain.rpartition(".")[2]) is not None
        and _NO_DOMAIN.fullmatch(domain) is None
    )


def _disguised(text: str) -> Iterator[Span]:
    for at in _AT.finditer(text):
        after = _AFTER_AT.match(text, at.end(), at.end() + 300)
        if after and (start := _start_of_name(text, at.start())) is not None:
            yield Span(start, after.end(), "email")
    for at in _SPOKEN.finditer(text):
        start = _start_of_name(text, at.start())
        if start is not None and at["host"].lower() not in _PLACES:
            yield Span(start, at.end(), "email")


def _start_of_name(text: str, end: int) -> int | None:
    name = _NAME_BACKWARDS.match(text[max(0, end - 66) : end][::-1])
    return end - name.end() if name else None
