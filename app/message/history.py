"""Cuts what a mail quotes: lines with `>`, the mail that it answers or passes on, with the headers of either."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from app.message.patterns import is_whole, one_of, plain
from app.rules.re2_patterns import compiled, fits

_HEADER: Final = compiled(rf"\A\W{{0,4}}(?:{one_of('header_names')})\s?\*{{0,2}}\s?:")
_ATTRIBUTION: Final = compiled(rf"\A{one_of('attributions')}\z")
_DIGIT: Final = compiled(r"\d")
FEWEST_HEADERS: Final = 3
MOST_HEADERS: Final = 12
"""Lines of a block of headers, with those that go on in the next line."""


L = TypeVar("L", bound=str)


@dataclass(frozen=True, slots=True)
class Cut(Generic[L]):
    above: list[L]
    below: list[L] | None
    """The mail that is quoted whole, without its headers; None: none is."""


def split_history(lines: Sequence[L]) -> Cut[L]:
    """What stands above a quoted mail, and the mail."""
    above: list[L] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.lstrip().startswith(">"):
            place += 1
        elif length := _attribution(lines, place):
            after = _next_text(lines, place + length)
            if after is None or not lines[after].lstrip().startswith(">"):
                return Cut(above, list(lines[place + length :]))
            place = after  # the answer may stand below what it quotes
        elif is_whole(line, "separators"):
            return Cut(above, _without_headers(lines[place + 1 :]))
        elif headers := _headers(lines, place):
            return Cut(above, list(lines[place + headers :]))
        else:
            above.append(line)
            place += 1
    return Cut(above, None)


def _attribution(lines: Sequence[str], place: int) -> int:
    """How many lines it has: mail programs break it. 0: none begins here."""
    joined = ""
    for number, line in enumerate(lines[place : place + 3], start=1):
        if not line.strip():
            return 0
        joined = plain(f"{joined} {line}")
        may_end = number == 1 or joined.endswith(":")
        if may_end and fits(_ATTRIBUTION, joined) and fits(_DIGIT, joined):
            return number
    return 0


def _headers(lines: Sequence[str], place: int) -> int:
    """How many lines the block of headers has that begins here; 0: none does."""
    found = length = 0
    for line in lines[place : place + MOST_HEADERS]:
        if fits(_HEADER, plain(line)):
            found += 1
        elif found < FEWEST_HEADERS or not line.startswith((" ", "\t")):
            break
        length += 1
    return length if found >= FEWEST_HEADERS else 0


def _without_headers(lines: Sequence[L]) -> list[L]:
    start = _next_text(lines, 0) or 0
    return list(lines[start + _headers(lines, start) :])


def _next_text(lines: Sequence[str], start: int) -> int | None:
    return next((place for place in range(start, len(lines)) if lines[place].strip()), None)
