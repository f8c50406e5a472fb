"""Private keys over several lines: PEM, OpenSSH, PGP, PuTTY; indented, quoted (`> `), in JSON (`\\n`), or cut off."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.redaction.kinds import Span

LONGEST = 100_000
"""Characters between BEGIN and END. RSA keys of 16,384 bits have 13,000."""

_BEGIN = re.compile(r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
# What lies below a BEGIN whose END is missing, line by line.
_BODY = re.compile(
    r"""(?:
        \\[rn] | [\s>|"'+,\\]                                        # line ends, quote marks, string concatenation
      | [A-Za-z0-9+/=]{16,}+ | [A-Za-z0-9+/]{1,15}+={1,2}            # base64
      | (?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n]*+
    )*+""",
    re.VERBOSE,
)
_PUTTY = re.compile(r"Private-Lines: ?\d{1,4}[ \t\r]*+\n((?:[ \t>]*+[A-Za-z0-9+/=]{4,}+[ \t\r]*+(?:\n|\Z))++)")


def private_keys(text: str) -> Iterator[Span]:
    if "BEGIN" in text:
        begins = list(_BEGIN.finditer(text))
        ends = [match.end() for match in _END.finditer(text)]
        next_begins = [begin.start() for begin in begins[1:]] + [len(text)]
        for begin, next_begin in zip(begins, next_begins, strict=False):
            limit = min(begin.end() + LONGEST, next_begin)
            at = bisect_left(ends, begin.end())
            end = ends[at] if at < len(ends) and ends[at] <= limit else _end_of_body(text, begin.end(), limit)
            yield Span(begin.start(), end, "private_key")
    if "Private-Lines" in text:
        for match in _PUTTY.finditer(text):
            body = match[1].rstrip()
            yield Span(match.start(1), match.start(1) + len(body), "private_key")


def _end_of_body(text: str, start: int, limit: int) -> int:
    body = _BODY.match(text, start, limit)
    return start + len(body[0].rstrip(" \t\r\n>|\"'+,\\")) if body else start
