"""Named lists of phrases, patterns and ways in that come with Pointsman, in files by matter: `app/rules/lists`.

A condition names one as `$name`. A list of that name under `vocabulary:` of routing.yaml takes its place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.word_lists import lines_of

LISTS: Final = Path(__file__).parent / "lists"
LIST_SIGN: Final = "$"
_HEAD: Final = re.compile(r"\[([a-z][a-z0-9_]*)\] (.+)")


@dataclass(frozen=True, slots=True)
class ShippedList:
    name: str
    about: str
    """What its terms say, in a sentence."""
    terms: tuple[str, ...]


@cache
def phrase_lists() -> Mapping[str, ShippedList]:
    """By name. Bars stand between phrases, so that a line holds several."""
    return {one.name: one for file in sorted(LISTS.glob("*.txt")) for one in _lists_in(file, between="|")}


@cache
def pattern_lists() -> Mapping[str, ShippedList]:
    """By name. A pattern is a line."""
    return {one.name: one for file in sorted(LISTS.glob("*.re2")) for one in _lists_in(file, between="\n")}


@cache
def via_lists() -> Mapping[str, ShippedList]:
    """By name: values of Zendesk's `via.channel`."""
    return {one.name: one for one in _lists_in(LISTS / "carriers.via", between="|")}


def named(term: str) -> str:
    """The list that a term stands for; `""` for a term of its own. (As a pattern, `$name` could fit nothing.)"""
    return term.removeprefix(LIST_SIGN) if term.startswith(LIST_SIGN) else ""


def _lists_in(file: Path, *, between: str) -> Iterator[ShippedList]:
    terms: dict[tuple[str, str], list[str]] = {}
    head = ("", "")
    for line in lines_of(file):
        if found := _HEAD.fullmatch(line):
            head = (found[1], found[2])
        else:
            terms.setdefault(head, []).extend(part.strip() for part in line.split(between))
    for (name, about), listed in terms.items():
        yield ShippedList(name, about, tuple(listed))
