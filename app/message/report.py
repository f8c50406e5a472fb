"""Reads version, edition, steps and error text out of a report, where it says them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from app.message.deed_and_effect import deed_and_effect
from app.message.patterns import REMEMBERED
from app.message.versions import gitlab_version
from app.rules.actions.report_details import HOSTED, ReportDetails

LONGEST = 20_000
"""Characters of a text that are read; logs come after them."""
MOST_LINES = 30
LONGEST_LINE = 500
MOST_HEADINGS = 5
LONGEST_STEPS = 2000

_EDITIONS = (
    ("EE", re.compile(r"\bEE\b|\b(?i:enterprise edition)\b|\d-(?i:ee)\b|(?i:\bgitlab-ee\b)")),
    ("CE", re.compile(r"\bCE\b|\b(?i:community edition)\b|\d-(?i:ce)\b|(?i:\bgitlab-ce\b)")),
    (HOSTED, re.compile(r"\bgitlab\.com\b(?!/)", re.IGNORECASE)),
)

# "1." or "2)" at the beginning of a line; a list that is numbered from one on is how people write down steps.
_STEP = re.compile(r"^\s{0,3}(?:step\s)?(\d{1,2})[.):]\s+\S.*$", re.MULTILINE | re.IGNORECASE)
_STEP_IN_LINE = re.compile(r"(?<!\S)\(?(\d{1,2})[.)]\s+(?=\S)")
_HEADING = re.compile(
    r"\b(?:(?:steps|how|way) to (?:reproduce|replicate)|to reproduce|reproduc(?:ible|e[sd]?) (?:it )?(?:with|by)"
    r"|repro(?:duction)?(?: steps)?|steps(?: (?:taken|i took))?|what i did)\b"
    r"[ \t*_]{0,4}(?:\((?:[^()\n]{0,40})\))?(?:[^\S\n]{0,2}(?:it|this|that))?[ \t*_]{0,4}(?::|$)[ \t*_]{0,4}",
    re.IGNORECASE | re.MULTILINE,
)
_FENCE = re.compile(r"\s*(```|~~~)[^\n]*\n(.*?)(?:\n[ \t]*\1|\Z)", re.DOTALL)
_NOTHING = re.compile(
    r"\W*(?:none|n/?a|unknown|not sure|no idea|not reproducible|see above|\([^()]{0,300}\))?\W*", re.IGNORECASE
)

_LOG_LINE = re.compile(
    r"^\s*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\s*[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d"
    r"|Traceback \(most|\b[A-Z]\w{0,60}(?:Error|Exception)\b|\b(?:panic|fatal|FATAL|ERROR|Fehler):|\brake aborted"
    r"|\bundefined method\b|\b[Ss]egmentation fault|\bexit (?:status|code) [1-9]|\.rb:\d{1,5}:in\b|\bline \d{1,6}, in\b"
    r"|^\s*(?:>\s*)?(?i:error|remote|failed|failure)\s*:\s*\S"
    r"|\b(?i:error message|error text|the error)(?: is| was)?\s*:\s*\S"
)
_NEXT_SENTENCE = re.compile(r"[.!?]\s{1,3}")
_STATUS = re.compile(
    r"\b(?:http|error|status|code)s?\W{0,3}(?:code\W{0,3})?[45]\d\d\b"
    r"|\b[45]\d\d\W{1,2}(?:error|internal server|bad gateway|gateway time-?out|service unavailable|not found|forbidden"
    r"|unauthori[sz]ed|unprocessable)"
    r"|\b(?:get|gets|getting|got|gives?|returns?|throws?|shows?|see|seeing)\s+(?:an?\s+|the\s+)?[45]\d\d\b(?!\s+[a-z]+s\b)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"[\"“”„]([^\"“”„\n]{8,300})[\"“”]|`([^`\n]{8,300})`|«([^«»\n]{8,300})»|(?<!\w)'([^'\n]{8,300})'(?!\w)"
)
_SAYS = re.compile(
    r"\b(?:says?|said|saying|errors?|logs?|messages?|fail\w{0,3}|get|gets|getting|got|shows?|reads?|throws?|returns?"
    r"|answers?|complains?|aborts?|dies?|prints?)\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)


@lru_cache(maxsize=REMEMBERED)
def report_details(text: str) -> ReportDetails:
    """`text`: subject and body."""
    read = text[:LONGEST]
    return ReportDetails(gitlab_version(read), _edition(read), _steps(read), _log(read))


def _edition(text: str) -> str:
    return next((name for name, sign in _EDITIONS if sign.search(text)), "")


def _steps(text: str) -> str:
    """A list that is numbered from one on, what follows "steps to reproduce:", or "when I do this, that happens"."""
    lines = [step[0].strip() for step in _from_one(_STEP.finditer(text))]
    return "\n".join(lines) or _in_one_line(text) or _under_heading(text) or deed_and_effect(text)


def _from_one(found: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    steps = list(found)
    counted = [int(step[1]) for step in steps] == list(range(1, len(steps) + 1))
    return steps if counted and len(steps) > 1 else []


def _in_one_line(text: str) -> str:
    for line in text.splitlines():
        steps = _from_one(_STEP_IN_LINE.finditer(line))
        # "1. of May and 2. of June" are no steps.
        if len(steps) > 2 or (steps and ")" in steps[1][0]):
            return line[steps[0].start() :].strip()
    return ""


def _under_heading(text: str) -> str:
    for heading in islice(_HEADING.finditer(text), MOST_HEADINGS):
        rest = text[heading.end() :][:LONGEST_STEPS]
        if fence := _FENCE.match(rest):
            steps = fence[2].strip("\n")
        else:
            steps = re.split(r"\n[^\S\n]*\n|\n#", rest.lstrip(), maxsplit=1)[0].strip()
        if not steps.startswith("#") and not _NOTHING.fullmatch(steps.partition("\n")[0]):
            return steps
    return ""


def _log(text: str) -> str:
    """From the first line of a log to the end of its paragraph, else the words of an error that they quote."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if _LOG_LINE.search(line[:LONGEST_LINE])), None)
    if first is not None:
        paragraph = [line[:LONGEST_LINE] for line in _paragraph(lines[first:])]
        return "\n".join((*map(_from_error, paragraph[:1]), *paragraph[1:]))
    quoted = next(
        (one for one in _QUOTED.finditer(text) if _SAYS.search(text[max(0, one.start() - 60) : one.start()])), None
    )
    if quoted:
        return quoted[quoted.lastindex or 0]
    status = _STATUS.search(text)
    return status[0] if status else ""


def _from_error(line: str) -> str:
    """Without the sentences that stand before the one with the error, in a report of one line."""
    sign = _LOG_LINE.search(line)
    before = [end.end() for end in _NEXT_SENTENCE.finditer(line, 0, sign.start())] if sign else []
    return line[before[-1] :] if before else line


def _paragraph(lines: list[str]) -> Iterator[str]:
    for line in lines[:MOST_LINES]:
        if not line.strip() or line.strip().startswith(("```", "~~~")):
            return
        yield line.rstrip()
