"""What programs printed into a text, told from what its author says there. Linear: each pattern is bounded.

What every log of its kind says is dropped. The rest of a log counts, but less than its author's words: see `bm25`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.word_lists import lines_of, words_of

FEWEST_LOG_LINES: Final = 3
"""So many lines of a log make it one: a single line may be a person's own sentence."""
PRINTED: Final = "\t"
"""Stands before each line of a block of code, and before what else a program printed."""
LOOKED_AT: Final = 400
"""Characters of a line."""

_DATA = Path(__file__).parent / "data"
_PRINTED_STARTS = tuple(lines_of(_DATA / "printed_starts.txt"))
_LOG_STARTS = tuple(lines_of(_DATA / "log_lines.txt"))
_SYSTEM_ID = ", system id:"
# Colours; then the time that a log puts before a line, and GitLab Runner's mark for the stream.
_COLOUR = re.compile(r"\x1b?\[[0-9;]{0,20}[mK]")
_TIME = r"[\s>\d:.,tz/|\[\]+-]{0,60}"
_STAMP = re.compile(rf"(?:{_TIME}\d\d[oe][ +]{{1,3}}|{_TIME})")
# A frame of a backtrace that any error passes through: middleware, gems, packages, the language's own library.
_FRAME = re.compile(
    r"\s{0,40}(?:from\s{1,9}|at\s{1,9}|File\s\")?(?:[^(]{0,120}\()?"
    r"(?:[^\s(]{0,200}(?:/middleware/|_middleware\.|/gems/|/(?:site|dist)-packages/|node_modules/|/usr/lib/python"
    r"|/usr/local/lib/python|/usr/local/go/src/|/go/pkg/mod/|/vendor/bundle/|/webpack/|node:internal|node:events)"
    r"|internal/(?:process|modules|timers)|<anonymous>\))"
)
_LIBRARY_FRAME = re.compile(
    r"\s{0,40}(?:[a-z][\w-]{0,60}\s\(\d[\w.]{0,20}\)\s(?:lib|app|config)/"
    r"|at\s(?:[\w.]{1,60}/)?(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|scala|groovy|org\.(?:apache|springframework"
    r"|eclipse|gradle|junit|hibernate|codehaus|jenkinsci))\."
    r"|at\s(?:System|Microsoft)\.\w|(?:runtime|net/http|runtime/debug)\.[\w.(*)]{1,80}\(0x)"
)
_SHAPES = re.compile(
    r"\t| {4,}(?![-*+•]|\d{1,3}[.)])"
    # Times, levels, prompts.
    r"|\[?\d{2,4}[-/.]\d\d[-/.]\d{2,4}[T ]|\[?\d\d:\d\d:\d\d|\[[\w./ -]{1,30}\]\s|[$%]\s\S"
    r"|(?:debug|info|warn|warning|notice|trace|error|fatal|remote|hint|(?:npm )?err|npm \w{1,8})\b\s?[:!|\]]"
    r"|\*\s\w{1,40}\[|(?:=>|==>|\*\*\*|---|\+\+\+|->|#\d{1,3})\s\S"
    # Frames, and the places that they name.
    r"|at\s[^\s(]{1,200}\s?\(|from\s\S{1,200}:\d{1,6}|File\s\"|[^\s:]{1,200}\.\w{1,5}:\d{1,6}(?::|\b)"
    # Where it happened.
    r"|(?:browser|os|platform|device|version|edition|environment|installation|user.?agent|[a-z]{1,12} version)\s?:\s",
    re.IGNORECASE,
)
# JSON, columns, keys, requests, browsers, addresses in memory, numbers of requests.
_ALWAYS = re.compile(
    r"^\s{0,40}[{\[]\s?\"\w{1,60}\"\s?:|\S {3,}\S|^(?-i:[a-z])[\w.-]{0,40}:\s{0,9}$|^\s{1,40}[\w.-]{1,40}:(?:\s|$)"
    r"|\s&&\s|^[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s|^(?:GET|HEAD|POST|PUT|PATCH|DELETE)\s/|\bHTTP/[12]"
    r"|\bMozilla/5|\b0x[0-9a-f]{6}|[0-9a-f]{8}-[0-9a-f]{4}-|\(anonymous\)|\sat\s\S{1,200}:\d{1,6}:\d|[*=-]{6}",
    re.IGNORECASE,
)
# What went wrong is what a report is about, whoever says it.
_ERROR = re.compile(
    r"[\s\d:.,TZ/|\[\]+>-]{0,60}(?:[\w.:]{0,80}(?:error|exception)|fatal|panic|remote|rake aborted)\b[^\w\n]{0,8}"
    r"(?:[^\s]{1,80}\s{1,3}){2}",
    re.IGNORECASE,
)
_BULLETS = " \t-*+>"
_WORD = re.compile(r"[(\"'`*_\[]{0,3}([^\W\d_]+(?:[-'’/][^\W\d_]+){0,4})[)\"'`*_\].,;:!?…]{0,4}\Z")
_SMALL_WORDS = words_of(_DATA / "stop_words.txt") | words_of(_DATA / "negations.txt")
ODD_SHARE: Final = 0.25
SMALL_SHARE: Final = 0.25


def without_usual_lines(lines: Sequence[str]) -> list[str]:
    """Without what each log of its kind says, unless there is nothing else; what else was printed has PRINTED first.

    Printed is what looks so, or stands below such a line in a paragraph that is mostly so.
    """
    usual = [_begins(line, _PRINTED_STARTS) or _is_library_frame(line) for line in lines]
    perhaps = [
        known or _begins(line, _LOG_STARTS) or _SYSTEM_ID in line for known, line in zip(usual, lines, strict=True)
    ]
    dropped = perhaps if sum(perhaps) >= FEWEST_LOG_LINES else usual
    kept: list[str] = []
    for paragraph in _paragraphs(list(zip(lines, dropped, strict=True))):
        none_said = not _says_something([line for line, _ in paragraph])
        looks = [
            drop or _looks_printed(line) or (none_said and _is_odd(line) and not _is_error(line))
            for line, drop in paragraph
        ]
        mostly, printed = none_said or 2 * sum(looks) >= len(looks), False
        for (line, drop), look in zip(paragraph, looks, strict=True):
            printed = look or (printed and mostly and not _is_error(line))
            if not drop:
                kept.append(PRINTED * printed + line.lstrip(PRINTED))
    return kept if any(map(str.strip, kept)) else list(lines)


def _begins(line: str, starts: tuple[str, ...]) -> bool:
    seen = _COLOUR.sub("", line[:LOOKED_AT]).strip().casefold()
    return seen.startswith(starts) or _STAMP.sub("", seen, count=1).startswith(starts)


def _is_library_frame(line: str) -> bool:
    return bool(_FRAME.match(line[:LOOKED_AT]) or _LIBRARY_FRAME.match(line[:LOOKED_AT]))


def _looks_printed(line: str) -> bool:
    seen = line[:LOOKED_AT]
    return bool(_ALWAYS.search(seen) or (_SHAPES.match(seen) and not _is_error(line)))


def _is_error(line: str) -> bool:
    return _ERROR.match(line[:LOOKED_AT]) is not None


def _says_something(lines: Sequence[str]) -> bool:
    """Sentences have small words; numbers, paths and signs in their place are a program's."""
    tokens = [token for line in lines for token in _tokens(line)]
    words = [found[1].casefold() for token in tokens if (found := _WORD.match(token))]
    small = sum(word in _SMALL_WORDS for word in words)
    return len(tokens) - len(words) < ODD_SHARE * len(tokens) or small >= SMALL_SHARE * len(tokens)


def _is_odd(line: str) -> bool:
    return not all(map(_WORD.match, _tokens(line)))


def _tokens(line: str) -> list[str]:
    return line[:LOOKED_AT].strip(_BULLETS).split()


def _paragraphs(lines: Sequence[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    """A blank line is one by itself."""
    paragraph: list[tuple[str, bool]] = []
    for line in lines:
        if line[0].strip():
            paragraph.append(line)
            continue
        yield from (paragraph, [line])
        paragraph = []
    yield paragraph
