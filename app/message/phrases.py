"""Tells a matter from phrases that name none: thanks, "see attached", "will try tomorrow"."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.message.patterns import REMEMBERED, is_whole, one_of, plain
from app.rules.re2_patterns import compiled, fits
from app.word_lists import words_of

_LETTER: Final = compiled(r"\pL|\pN|\p{So}")
_BETWEEN_CLAUSES: Final = compiled(r"[,.;:!?()*_~\"/|、。！？-]+(?:\s|\z)|[()*_~\"/|、。]")
_WIDE: Final = compiled(r"([,;:!?])([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])")
_NO_MATTER: Final = ("pointers", "announcements", "courtesies", "thanks")
_PHRASES: Final = compiled(rf"\A\s*(?:{one_of(*_NO_MATTER)}(?:\s+|\z))+\z")
_OUTCRIES: Final = compiled(rf"\A\s*(?:{one_of(*_NO_MATTER, 'exclamations')}(?:\s+|\z))+\z")
_EMPTY: Final = words_of(Path(__file__).with_name("data") / "empty_words.txt")
_COURTESIES: Final = compiled(rf"\A\s*(?:{one_of('courtesies', 'thanks')}(?:\s+|\z))+\z")


def says_something(text: str) -> bool:
    """Is a matter named, beside words that only greet, thank, point at something, or promise more?"""
    return any(not _is_empty(clause, _PHRASES) for clause in _clauses(text))


def makes_title(text: str) -> bool:
    """Does it say what the matter is? "Great post!" and "WTF?!" say something, and not that."""
    return any(not _is_empty(clause, _OUTCRIES) for clause in _clauses(text))


def points_at_something(text: str) -> bool:
    """Is a part of it "see attached", or the like?"""
    return any(is_whole(clause, "pointers") for clause in _clauses(text))


def is_courtesy(text: str) -> bool:
    """Does it greet and thank, and nothing else?"""
    clauses = _clauses(text)
    return bool(clauses) and all(fits(_COURTESIES, clause) for clause in clauses)


def has_letter(text: str) -> bool:
    said = plain(text)
    # Python's letters and numbers are RE2's, or symbols; the other symbols only RE2 knows.
    return any(map(str.isalnum, said)) or fits(_LETTER, said)


def _is_empty(clause: str, phrases: Any) -> bool:
    """People say it in more ways than phrases can list; words tell where none of them names a matter."""
    return fits(phrases, clause) or all(word in _EMPTY for word in clause.lower().split())


@lru_cache(maxsize=REMEMBERED)
def _clauses(text: str) -> tuple[str, ...]:
    # No blank follows a wide comma.
    said = map(plain, text.splitlines())
    lines = (line if line.isascii() else _WIDE.sub(r"\1 \2", line) for line in said)
    parts = (part for line in lines for part in _BETWEEN_CLAUSES.split(line))
    return tuple(part for part in parts if has_letter(part))
