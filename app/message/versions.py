"""Which version of GitLab a report is about: the versions of all else that people name beside it are not."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.message.patterns import one_of

LONGEST_GAP: Final = 60
"""Characters between a name and its version."""
OLDEST: Final = 5
"""A number that is nowhere said to be GitLab's is none if it is lower: it is another program's, or a date."""
NEWEST: Final = 40

_OTHERS: Final = one_of("other_software")
_TOKEN: Final = re.compile(
    r"(?P<link>\b[a-z]{2,6}://\S{1,300})"
    rf"|(?P<other>(?<![a-z])(?:gitlab[ _-]?)?{_OTHERS}(?![a-z]))"
    r"|(?P<gitlab>(?<![a-z])(?:gitlab(?![a-z])|gl(?=\s?v?\d)))"
    r"|(?P<number>(?<![\w.])v?\d[\w.+-]{0,40}|(?<=_)\d[\w.+-]{0,40})"
    r"|(?P<line>\n)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"v?(?P<version>(?P<major>\d{1,2})\.(?:0|[1-9]\d?)(?:\.\d{1,3})?)"
    r"(?P<edition>[-+.](?:ee|ce)(?:[._-]\w{0,12}){0,2})?(?:[-+]?(?:pre|rc\.?\d{0,2}|x))?[._-]{0,3}",
    re.IGNORECASE,
)
_FILLER: Final = re.compile(
    r"\W*(?:(?:\.com|versi[oó]n\w?|versão|wersja|версия|sürümü?|版本|バージョン|버전|ver|v|release|is|was|at|to|from|ist|est"
    r"|es|on|server|client|engine|instance|image|tag|latest|installed|omnibus|package|edition|enterprise|community|ce|ee"
    r"|core|free|premium|ultimate|starter|self|managed|hosted|information|lts|alpine)\b[\W_]*){0,6}_?",
    re.IGNORECASE,
)
_KEYWORD: Final = re.compile(
    r"(?:\b(?:versi[oó]n\w?|versão|wersja|версия|sürümü?|since|until|after|before|running|on|in|release|seit|depuis|desde|von|van"
    r"|(?:upgrad|updat|migrat|downgrad)\w{0,4}(?:\s+(?:it|us|ours))?(?:\s+(?:to|from))?|seit dem update auf)"
    r"|版本|バージョン|버전)\b[\s:=*|(`]{0,6}\Z",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(r"(?:on|in|von|van)\W{0,6}", re.IGNORECASE)
_UNIT: Final = re.compile(
    r"\s?(?:%|[KMGT]i?B\b|ms\b|s\b|sec|min|hours?\b|[ap]\.?m\b|uhr\b|utc\b|h\b|€|\$)", re.IGNORECASE
)
_AFTER: Final = re.compile(
    r"[\s(]{1,3}(?:of\s(?:the\s)?)?(?:(?P<gitlab>gitlab|omnibus|[EC]E\b)|(?P<other>of\s))", re.IGNORECASE
)
_DID: Final = re.compile(
    r"\s(?:has\s|have\s)?(?:broke|broken|breaks|introduce[sd]|crash(?:es|ed)|remove[sd])\b", re.IGNORECASE
)
_OTHERS_OWN: Final = re.compile(
    r"^\W*(?!(?:gitlab|current|our|my|the|server|instance|installed|omnibus|affected)\b)[^\W\d]{2,20}\s+version",
    re.IGNORECASE,
)
_TO_NEXT: Final = re.compile(r"\s*(?:to|->|→|=>|auf|à|a|nach)\s*", re.IGNORECASE)
_BARE: Final = re.compile(r"[\W_]*version\W*", re.IGNORECASE)


class _Found(NamedTuple):
    weight: int
    version: str


def gitlab_version(text: str) -> str:
    """The number that is most plainly GitLab's, of several the first; empty where there is none."""
    best = _Found(0, "")
    for found in _candidates(text):
        if found.weight > best.weight:
            best = found
    return best.version


def _candidates(text: str) -> Iterator[_Found]:
    """A name has the first number after it, so that "GitLab (Ubuntu 22.04) 15.3" gives each its own."""
    names: list[tuple[str, int]] = []
    heading, line_start, last, last_end = "", 0, _Found(0, ""), -1
    for token in _TOKEN.finditer(text):
        kind, start, end = token.lastgroup, token.start(), token.end()
        if kind == "line":
            # "GitLab information" stands above its "Version:".
            line = text[line_start:start]
            if names and len(line) <= LONGEST_GAP and not any(sign.isdigit() for sign in line):
                heading = names[-1][0]
            elif not line.strip():
                heading = ""
            names, line_start, last_end = [], end, -1
        elif kind == "number":
            before = text[max(line_start, start - LONGEST_GAP) : start]
            goes_on = last.weight and last_end >= 0 and _TO_NEXT.fullmatch(text[last_end:start][:LONGEST_GAP])
            owner, named_at = names.pop() if names else ("", 0)
            after_name = max(named_at, last_end)
            if start - after_name > LONGEST_GAP or not _FILLER.fullmatch(text[after_name:start]):
                owner = heading if heading and _BARE.fullmatch(before) else ""
            last = _weighed(token["number"], "gitlab" if goes_on else owner, before, text[end : end + LONGEST_GAP])
            last_end = end
            # "from 15.2 to 15.3": the second one is what they have.
            yield last._replace(weight=last.weight + 1) if goes_on and last.weight else last
        elif kind != "link":
            names.append((str(kind), end))


def _weighed(number: str, owner: str, before: str, after: str) -> _Found:
    said = _NUMBER.fullmatch(number)
    nothing = _Found(0, "")
    if said is None or owner == "other" or int(said["major"]) > NEWEST:
        return nothing
    version, behind = said["version"], _AFTER.match(after)
    if said["edition"] or owner == "gitlab" or (behind and behind["gitlab"]):
        return _Found(8 if said["edition"] else 6, version)
    if int(said["major"]) < OLDEST or _UNIT.match(after) or _OTHERS_OWN.match(before) or (behind and behind["other"]):
        return nothing
    keyword = _KEYWORD.search(before)
    if number[:1] in "vV" or keyword or _DID.match(after):
        return _Found(2 if keyword and _WEAK.fullmatch(keyword[0]) else 4, version)
    return nothing
