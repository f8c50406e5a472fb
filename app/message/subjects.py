"""Subjects without what mail programs put before them in many languages: `Re:`, `WG:`, `RE[2]:`, `[EXTERNAL]`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from app.message.patterns import REMEMBERED, one_of, plain
from app.rules.re2_patterns import compiled

Kind = Literal["new", "reply", "forward"]
MOST_MARKS: Final = 30
_NUMBER: Final = r"\s?(?:[\[(]\d{1,3}[\])]|[-^*]?\d{1,2})?\s?:\s*"
# A gateway's warning, and the number that a help desk gave it. A version or an error code in brackets is the writer's.
_WARNING: Final = r"(?:warning\W{1,3}|suspected\W{1,3})?(?:external|externe?|ext|spam|suspected|bulk|caution)\b"
_CASE: Final = r"(?:(?:ticket|case|request|incident|issue)\s?#?:?\s?[\w-]*\d{3}[\w-]*|#\d{3,})"
_KEY: Final = r"(?-i:[A-Z]{2,9}-\d{1,7})"
_TAG: Final = (
    rf"\A(?:\[{_WARNING}[^\]]*\]|\({_WARNING}[^)]*\)|\{{{_WARNING}[^}}]*\}}|\*+\s?{_WARNING}\s?\*+|{_WARNING}\s?:"
    rf"|\[(?:[^\]]*\d{{4}}[^\]]*|[^\]]{{0,40}}#\d{{2}}[^\]]*|{_CASE}|[A-Z]+-\d{{2,7}})\]"
    rf"|\({_CASE}\)|\[jira\]\s?(?:\({_KEY}\))?|{_CASE}\s?:)\s?:?\s*"
)
_MARKS: Final[tuple[tuple[Any, Kind], ...]] = (
    (compiled(rf"\A{one_of('reply_marks')}{_NUMBER}"), "reply"),
    (compiled(rf"\A{one_of('forward_marks')}{_NUMBER}"), "forward"),
    (compiled(_TAG), "new"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    text: str
    """Without marks."""
    kind: Kind
    """By the outermost mark: what it is about stands in the text below, or in an earlier mail."""


@lru_cache(maxsize=REMEMBERED)
def read_subject(subject: str) -> Subject:
    text = plain(subject)
    kind: Kind = "new"
    for _ in range(MOST_MARKS):
        found = next(((match, means) for pattern, means in _MARKS if (match := pattern.search(text))), None)
        if found is None:
            break
        text, kind = text[found[0].end() :], found[1] if kind == "new" else kind
    return Subject(text, kind)
