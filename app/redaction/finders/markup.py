"""Secrets whose name stands in markup: `<password>x</password>`, `name: DB_PASSWORD` above `value: x`, auth=("u", "x").

Beside the name there is no `=` or `:` by which an assignment shows.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.finders.secret_names import LONGEST_SECRET, is_secret, kind_of
from app.redaction.kinds import Span
from app.redaction.literal_search import lowered, positions
from app.word_lists import words

_TAG = re.compile(r"<(?P<tag>[A-Za-z][\w:.-]{0,60}+)(?P<attributes>(?:\s[^<>]{0,300}+)?)>")
_NAMED = re.compile(r"""\s(?:name|key|id)\s?=\s?["'](?P<name>[^"'\n]{2,80})["']""")
_VALUED = re.compile(r"""\svalue\s?=\s?["'](?P<value>[^"'\n]{1,500})["']""")
_CHARACTER_DATA = re.compile(r"\s*(?:<!\[CDATA\[)?(?P<value>.*?)(?:\]\]>)?\s*", re.DOTALL)
_LABELS: Final = words("key name td th dt variable parameter")
"""Elements whose text names what the next element holds."""

_QUOTE = r"(?:\\{0,3}[\"'])?"
_IS = r"[ \t]{0,8}[:=][ \t]{0,8}"
_NAME_FIELD = re.compile(
    rf"(?<![\w-]){_QUOTE}(?:[Nn]ame|[Kk]ey|[Vv]ariable|[Pp]arameter){_QUOTE}{_IS}{_QUOTE}(?P<name>[\w.-]{{2,80}}+)"
)
_VALUE_FIELD = re.compile(
    rf"""(?<![\w-]){_QUOTE}[Vv]alue{_QUOTE}{_IS}
    (?:\\{{0,3}}"(?P<double>[^"\n]{{1,500}}?)\\{{0,3}}"|\\{{0,3}}'(?P<single>[^'\n]{{1,500}}?)\\{{0,3}}'|(?P<bare>[^\s"',}}]{{1,500}}+))""",
    re.VERBOSE,
)
# Where one entry of a list ends and the next begins.
_NEXT_ENTRY = re.compile(r"[{}]|\n[ \t>]*(?:-[ \t]|\r?\n)")
ENTRY: Final = 200
"""Characters between a name and its value."""

_PAIR = re.compile(
    r"""(?:auth\w{0,20}|credentials?|login|auth\w{0,20}["'])\s{0,3}
    (?:(?:=>|[=:])\s{0,3}(?=[(\[\w])|(?=[(\s])\s?)
    (?:\w{1,40}(?=\())?(?P<bracket>[(\[]?)\s{0,3}
    (?:\w{1,20}\s?=\s?)?(?P<first>["'])[^"'\n]{1,100}(?P=first)\s{0,3},\s{0,3}
    (?:\w{1,20}\s?=\s?)?(?P<second>["'])(?P<value>[^"'\n]{1,200})(?P=second)(?!\s{0,3}[:=])""",
    re.VERBOSE | re.IGNORECASE,
)


_EXAMPLES: Final = words("pass passwd password pw pwd secret token")
"""What documentation has in the place of a password."""


def markup(text: str) -> Iterator[Span]:
    if "<" in text:
        yield from _elements(text)
    if "alue" in text:
        yield from _entries(text)
    if "," in text and ("'" in text or '"' in text):
        yield from _pairs(text)


def _elements(text: str) -> Iterator[Span]:
    label, label_end = None, 0
    for tag in _TAG.finditer(text):
        named = _NAMED.search(tag["attributes"])
        kind = kind_of(tag["tag"]) or (named and kind_of(named["name"]))
        is_labelled = label is not None and not text[label_end : tag.start()].strip()
        if kind and (valued := _VALUED.search(tag["attributes"])) and is_secret(kind, valued["value"]):
            start = tag.start("attributes")
            yield Span(start + valued.start("value"), start + valued.end("value"), kind)
        end = text.find("</", tag.end(), tag.end() + LONGEST_SECRET)
        content = _CHARACTER_DATA.fullmatch(text, tag.end(), end) if end >= 0 else None
        if content is None:
            continue
        known, is_doubtful = (kind, False) if kind else (label if is_labelled else None, True)
        if known and is_secret(known, content["value"], doubtful=is_doubtful):
            yield Span(*content.span("value"), known)
        label = kind_of(content["value"]) if tag["tag"].lower() in _LABELS else None
        label_end = text.find(">", end, end + 80) + 1


def _entries(text: str) -> Iterator[Span]:
    for name in _NAME_FIELD.finditer(text):
        kind = kind_of(name["name"])
        value = _value_beside(text, name) if kind else None
        if kind and value and is_secret(kind, value[value.lastgroup or 0]):
            yield Span(*value.span(value.lastgroup or 0), kind)


def _value_beside(text: str, name: re.Match[str]) -> re.Match[str] | None:
    """In the same entry of the list, below the name or above it."""
    below = _VALUE_FIELD.search(text, name.end(), name.end() + ENTRY)
    if below and not _NEXT_ENTRY.search(text, name.end(), below.start()):
        return below
    above = [*_VALUE_FIELD.finditer(text, max(0, name.start() - ENTRY), name.start())]
    return above[-1] if above and not _NEXT_ENTRY.search(text, above[-1].end(), name.start()) else None


def _pairs(text: str) -> Iterator[Span]:
    for at in positions(lowered(text), ("auth", "credential", "login")):
        pair = _PAIR.match(text, at)
        if pair is None or pair["value"] in _EXAMPLES:
            continue
        if is_secret("password", pair["value"], doubtful=pair["bracket"] == "["):
            yield Span(*pair.span("value"), "password")
