"""Tables of patterns in `data`, compiled by RE2, so that no text can make them slow. Case does not matter."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from app.rules.folding import clean
from app.rules.re2_patterns import compiled, fits
from app.word_lists import lines_of

REMEMBERED: Final = 64
"""Texts of the tickets that are worked on: each is read for several reasons."""
LONGEST_LINE: Final = 1_000
"""Signs of a line that are looked at: the lines that are looked for are short."""
_DATA: Final = Path(__file__).with_name("data")


def one_of(*tables: str) -> str:
    """A pattern for whatever the tables list."""
    return f"(?:{'|'.join(line for table in tables for line in lines_of(_DATA / f'{table}.txt'))})"


@cache
def whole(*tables: str) -> Any:
    """Fits a line that is nothing else, but for signs around it."""
    return compiled(rf"\A[\s*_,.!-]*{one_of(*tables)}[\s*_,.!:;-]*\z")


@cache
def anywhere(*tables: str) -> Any:
    return compiled(one_of(*tables))


def is_whole(line: str, *tables: str) -> bool:
    return fits(whole(*tables), plain(line))


@lru_cache(maxsize=2 * REMEMBERED)
def plain(line: str) -> str:
    """As patterns see it: typographic signs made plain, nothing that cannot be encoded, runs of blanks one blank."""
    return " ".join(clean(line[:LONGEST_LINE]).split())
