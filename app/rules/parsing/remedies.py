"""What to do about text that is not YAML: the parser says what it met, not what was meant."""

import re
from typing import Final

_QUOTES: Final = "put the text in quotes"
_REMEDIES: Final = {
    "cannot start any token": "a text that begins with `{sign}` needs quotes",
    "found unexpected end of stream": "the quote of line {begun} is not closed",
    "unknown escape character": "in double quotes a `\\` begins an escape: use single quotes",
    "expected ',' or": "the bracket of line {begun} is not closed, or a comma is missing",
    "but found '<scalar>'": "there is text behind a closing quote: use the other kind of quotes around all of it",
    "expected <block end>": "its indent fits no line above: what belongs together begins in the same column",
    "sequence entries are not allowed": f"a list begins in a line of its own; if it is a text, {_QUOTES}",
    "not allowed here": f"if it is a text, {_QUOTES}",
    "scanning a block scalar": f"if it is a text, {_QUOTES}",
    "could not find expected ':'": "a key needs a colon and a blank after it",
}
"""By what the parser says; the first that fits."""
_SIGNS: Final = (
    (re.compile(r"(?:<{7}|={7}|>{7})(?: |\Z)"), "git left a conflict here: keep one of its two sides"),
    (re.compile(r"\s*[\u00a0\u2000-\u200a\u202f\u3000]"), "the indent has a blank that is none: type it again"),
    (re.compile(r"\s*-\w+:(?: |\Z)"), "a dash that begins an entry needs a blank after it"),
)
"""By the line where the parser stopped, or the one above."""
_KEY_BEFORE: Final = re.compile(r"[^\s:][^:]*:\s")


def remedy(said: str, text: str, line: int, column: int, begun: int) -> str:
    """What the parser says of this line and column (from 0); `begun`: the line where the part begins. Else empty."""
    lines = text.splitlines()
    here, before = (lines[number] if 0 <= number < len(lines) else "" for number in (line, line - 1))
    sign = here[column : column + 1]
    if sign == "\t" or "\t" in here[: len(here) - len(here.lstrip())]:
        return "a tab stands here: indent with blanks"
    if advice := next((advice for sign, advice in _SIGNS if any(sign.match(one) for one in (here, before))), ""):
        return advice
    if "mapping values are not allowed" in said:
        return _colon(here[:column], before)
    found = next((advice for part, advice in _REMEDIES.items() if part in said), "")
    return found.format(sign=sign, begun=begun + 1)


def _colon(here: str, before: str) -> str:
    if _KEY_BEFORE.search(here):
        return f"a text with a colon and a blank in it: {_QUOTES}"
    if _KEY_BEFORE.search(f"{before} "):
        return "it is indented deeper than the line above, which has a value already"
    return "the line above is no `key: value`: a colon and a blank are missing"
