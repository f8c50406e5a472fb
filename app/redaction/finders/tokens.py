"""Secrets that show by their form what they are: tokens by a prefix or a mark, private keys by a first line.

A prefix that is not in the text costs one search for it; one that is, one linear pass.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.redaction.kinds import Span
from app.redaction.literal_search import DATA, positions
from app.word_lists import lines_of


class TokenForm(NamedTuple):
    kind: str
    prefix: str
    pattern: re.Pattern[str]


def form(kind: str, prefix: str, rest: str) -> TokenForm:
    """A token is not the middle of a word. The prefix stands first, so that the engine searches for it literally."""
    return TokenForm(
        kind, prefix, re.compile(f"{re.escape(prefix)}(?<![A-Za-z0-9]{re.escape(prefix)}){rest}", re.ASCII)
    )


# A mail program broke the line at the hyphen.
_BROKEN: Final = r"[ \t]{0,2}[ \r\n][ \t\n>]{0,3}(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Z])(?=[\w-]{0,40}[a-z])[\w-]{18,}+"


def forms(kind: str, prefix: str, rest: str) -> Iterator[TokenForm]:
    """GitLab's prefixes in capitals too: a telephone begins a line with one, and some write the whole word so."""
    spelled = {prefix, prefix.lower(), prefix.upper(), prefix.capitalize()} if kind == "gitlab_token" else {prefix}
    rest = f"(?:{rest}|{_BROKEN})" if kind == "gitlab_token" and prefix.endswith("-") else rest
    return (form(kind, one, rest) for one in sorted(spelled))


FORMS: Final = tuple(one for line in lines_of(DATA / "token_forms.txt") for one in forms(*line.split(maxsplit=2)))


class Mark(NamedTuple):
    kind: str
    sign: str
    before: int
    pattern: re.Pattern[str]


def mark(kind: str, sign: str, before: str, whole: str) -> Mark:
    return Mark(kind, sign, int(before), re.compile(rf"(?<![A-Za-z0-9]){whole}", re.ASCII))


MARKS: Final = tuple(mark(*line.split(maxsplit=3)) for line in lines_of(DATA / "token_marks.txt"))
_TELEGRAM = re.compile(r":AA[\w-]{33}(?![\w-])", re.ASCII)
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
NEAR = 200
"""A secret access key has no form of its own; it is looked for this many characters behind the key's id."""


def tokens(text: str) -> Iterator[Span]:
    yield from _by_prefix(text)
    yield from _by_mark(text)
    if "KIA" in text or "SIA" in text:
        yield from _aws_secrets(text)
    if ":AA" in text:
        for match in _TELEGRAM.finditer(text):
            number = text[max(0, match.start() - 10) : match.start()]
            digits = len(number) - len(number.rstrip("0123456789"))
            if digits >= 8:
                yield Span(match.start() - digits, match.end(), "api_key")


def _by_prefix(text: str) -> Iterator[Span]:
    for kind, prefix, pattern in FORMS:
        if prefix in text:
            for match in pattern.finditer(text):
                yield Span(*match.span(), kind)


def _by_mark(text: str) -> Iterator[Span]:
    for kind, sign, before, pattern in MARKS:
        for at in positions(text, (sign,)):
            if at >= before and (match := pattern.match(text, at - before)):
                yield Span(*match.span(), kind)


_AWS_ID = re.compile(r"A(?:K|S)IA[A-Z0-9]{16}")


def _aws_secrets(text: str) -> Iterator[Span]:
    looked = 0
    for key_id in _AWS_ID.finditer(text):
        limit = key_id.end() + NEAR
        for match in _AWS_SECRET.finditer(text, max(looked, key_id.end()), limit):
            if any(c.islower() for c in match[0]) and any(c.isupper() or c in "/+" for c in match[0]):
                yield Span(match.start(), match.end(), "aws_key")
        looked = limit


LONGEST_KEY = 100_000
"""Characters between BEGIN and END. RSA keys of 16,384 bits have 13,000."""

_BEGIN = re.compile(r"-{2,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{2,5}")
_END = re.compile(r"-{2,5} ?END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{2,5}")
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
            limit = min(begin.end() + LONGEST_KEY, next_begin)
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
