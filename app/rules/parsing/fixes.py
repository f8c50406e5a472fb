"""What an editor can put in place of what a problem is about: only where the message proposes a word."""

import re
from dataclasses import dataclass
from typing import Final

from app.rules.parsing.positions import Problem
from app.rules.parsing.problems import LIKELY, QUOTED

_PROPOSED: Final = tuple(
    re.compile(re.escape(sentence).replace(re.escape("{}"), "(.+)")) for sentence in (LIKELY, QUOTED)
)
_NAMED: Final = re.compile(r"`([^`]+)`")
_LAST_KEY: Final = re.compile(r"([\w-]+)\Z")


@dataclass(frozen=True, slots=True)
class Fix:
    """Replaces `old`, which stands at this place. Lines and columns count from 1."""

    line: int
    column: int
    old: str
    new: str


def proposed_fix(problem: Problem, text: str) -> Fix | None:
    """None where the message proposes nothing, or the text there is not what it is about."""
    new = next((found for form in _PROPOSED if (found := form.fullmatch(problem.suggestion))), None)
    lines = text.split("\n")
    line, column = problem.position.line, problem.position.column
    if new is None or line > len(lines):
        return None
    here = lines[line - 1][column - 1 :]
    quote = here[:1] if here[:1] in {'"', "'"} else ""
    for old in (*_LAST_KEY.findall(problem.path), *_NAMED.findall(f"{problem.found} {problem.message}")):
        if here.startswith(f"{quote}{old}{quote}") and not (here[len(quote) + len(old) :] or " ")[0].isalnum():
            return Fix(line, column + len(quote), old, new[1])
    return None
