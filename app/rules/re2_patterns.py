"""RE2 patterns. Their time is linear in the length of the text, so no rule can hang the service."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final

import re2
from pydantic import AfterValidator, StringConstraints

_ANYWHERE: Final = re2._Anchor.UNANCHORED  # noqa: SLF001  # as it is called below
_NOWHERE: Final = (-1, -1)
MEMORY: Final = 64 << 20
"""Bytes that all patterns of the file may take together; RE2 fills them only as needed."""


def options(memory: int = 8 << 20) -> Any:
    """Case is ignored, as for phrases, unless a pattern says `(?-i)`."""
    chosen = re2.Options()
    chosen.case_sensitive = False
    chosen.log_errors = False  # they are reported with their place in the file
    chosen.max_mem = memory
    return chosen


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    return re2.compile(pattern, options())


def fits(pattern: Any, text: str) -> bool:
    """Does a compiled pattern fit somewhere in a text that has no lone surrogates?

    `search` takes twice as long: it also says where, in characters.
    """
    stored = text.encode()
    return bool(pattern._regexp.Match(_ANYWHERE, stored, 0, len(stored))[0] != _NOWHERE)  # noqa: SLF001  # no public way


def first_match(pattern: str, text: str) -> str | None:
    """The first piece of text that the pattern fits."""
    found = compiled(pattern).search(text.encode("utf-8", "replace").decode())
    return None if found is None else str(found.group())


def span_of(pattern: str, text: str) -> tuple[int, int]:
    """Where the pattern fits first, in a text that has no lone surrogates."""
    found = compiled(pattern).search(text)
    return (0, 0) if found is None else (int(found.start()), int(found.end()))


def check_pattern(pattern: str) -> str:
    """Return the pattern. Raises ValueError with RE2's reason to refuse it."""
    try:
        compiled(pattern)
    except re2.error as error:
        said = error.args[0] if error.args else "refused"
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(
            f"not an RE2 pattern ({reason}); look-around and back references do not exist in RE2"
        ) from error
    if compiled(pattern).search("") is not None:
        raise ValueError("fits the empty text, so it would match every ticket")
    return pattern


Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(check_pattern)]


class PatternSet:
    """Many patterns, searched for in one pass."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._set: Any = None
        if self._patterns:
            every = re2.Set.SearchSet(options(MEMORY))
            for pattern in self._patterns:
                every.Add(pattern)
            # Fits any text. When RE2 runs out of memory half-way it reports no match at all, without an error:
            # a result without this one is such a failure.
            self._sentinel = every.Add("")
            try:
                every.Compile()
            except re2.error:  # too large together: one by one is slower, and right
                return
            self._set = every

    def indexes(self, text: str) -> list[int]:
        """Which patterns fit somewhere in the text, in no order."""
        if not self._patterns:
            return []
        if self._set is not None:
            found: list[int] = self._set.Match(text)
            if self._sentinel in found:
                found.remove(self._sentinel)
                return found
        return [number for number, pattern in enumerate(self._patterns) if compiled(pattern).search(text) is not None]
