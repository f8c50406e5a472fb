"""The line `/tell-reporter` in a comment: what it is for the people who reported the issue. Pure, and linear."""

import re
from collections.abc import Iterator

_MARK = re.compile(r"/tell-reporter(?![\w-])[ \t]*", re.IGNORECASE)
# What begins a block whose lines are shown and not meant, and what ends it; as GitLab treats its own quick actions.
_BLOCKS = (
    (re.compile(r" {0,3}(`{3,})[^`]*$"), r" {{0,3}}`{{{length},}}\s*$"),
    (re.compile(r" {0,3}(~{3,})"), r" {{0,3}}~{{{length},}}\s*$"),
    (re.compile(r"(>>>)\s*$"), r">>>\s*$"),
    (re.compile(r" {0,3}(<!--)(?!.*-->)"), r".*-->"),
    (re.compile(r" {0,3}(<(?:pre|code)\b)(?!.*</)", re.IGNORECASE), r".*</(?:pre|code)>"),
)


def team_answer(body: str) -> str | None:
    """The comment without its marks; None where no line outside code and quotes begins with one."""
    lines, marked = [], False
    for line, meant in _lines(body):
        mark = _MARK.match(line) if meant else None
        marked = marked or mark is not None
        lines.append(line[mark.end() :] if mark else line)
    return "\n".join(lines).strip() if marked else None


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is meant: it stands in no block of code, quote or comment."""
    end: re.Pattern[str] | None = None
    for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if end is not None:
            yield line, False
            end = None if end.match(line) else end
            continue
        end = next((_end(found, last) for begins, last in _BLOCKS if (found := begins.match(line))), None)
        yield line, end is None


def _end(found: re.Match[str], last: str) -> re.Pattern[str]:
    return re.compile(last.format(length=len(found[1])) if "{length}" in last else last, re.IGNORECASE)
