"""Secrets in base64: keys in a kubeconfig, a Kubernetes Secret or a variable of type file, a Docker configuration.

What is encoded is decoded and searched, so a certificate stays, and a key goes whole.
"""

import re
from base64 import b64decode
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from app.redaction.finders.assignments import assignments
from app.redaction.finders.headers_and_commands import command_lines, headers
from app.redaction.finders.tokens import private_keys, tokens
from app.redaction.finders.urls import urls
from app.redaction.kinds import Span

_BREAK = r"(?:\\[nr]|[ \t]{0,4}\r?\n[ \t>]{0,40}+){1,4}+"
_BASE64 = re.compile(
    rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{{24,}}+(?:{_BREAK}[A-Za-z0-9+/]{{24,}}+)*+"
    rf"(?:{_BREAK}[A-Za-z0-9+/]{{1,23}}+(?==))?={{0,2}}"
)
_LINE = re.compile(r"[A-Za-z0-9+/]{24,}+")
_NOT_BASE64 = re.compile(r"\\[nr]|[^A-Za-z0-9+/]")
_TEXT = re.compile(r"[\x20-\x7e\s]+")
_SECRETS: Final[tuple[Callable[[str], Iterable[Span]], ...]] = (
    private_keys,
    tokens,
    urls,
    headers,
    command_lines,
    assignments,
)
_KUBERNETES_SECRET = re.compile(r"\bkind:[ \t]{0,4}[\"']?Secret\b")
_DATA = re.compile(r"^(?P<indent>[ \t>]*+)data:[ \t\r]*+$", re.MULTILINE)
_DATUM = re.compile(r"[ \t>]++(?P<name>[\w.-]++):[ \t]*+[\"']?(?P<value>[A-Za-z0-9+/]++={0,2})[\"']?[ \t\r]*+(?:\n|\Z)")
AROUND = 2000
"""Characters before or behind `data:` in which `kind: Secret` must stand."""


def encoded(text: str) -> Iterator[Span]:
    for block in _BASE64.finditer(text):
        if kind := _kind_inside(block[0]):
            yield Span(*block.span(), kind)
            continue
        # A block is taken for one when another word of that length stands above it.
        for line in _LINE.finditer(text, *block.span()):
            if line[0] != block[0] and (kind := _kind_inside(line[0])):
                yield Span(line.start(), block.end(), kind)
                break


def _kind_inside(written: str, *, deeper: bool = True) -> str | None:
    """What is encoded may have been encoded before, as a file is that goes into a Secret."""
    letters = _NOT_BASE64.sub("", written)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        decoded = b64decode(letters + "=" * (-len(letters) % 4)).decode("ascii")
    except ValueError:
        return None
    if not _TEXT.fullmatch(decoded):
        return None
    if deeper and _BASE64.fullmatch(decoded.strip()):
        return _kind_inside(decoded.strip(), deeper=False)
    return next((span.kind for finder in _SECRETS for span in finder(decoded)), None)


def kubernetes_secrets(text: str) -> Iterator[Span]:
    """Under `data:` of a Secret each value is secret, whatever its name."""
    if "Secret" not in text or "data:" not in text:
        return
    kinds = [match.start() for match in _KUBERNETES_SECRET.finditer(text)]
    for data in _DATA.finditer(text):
        nearest = bisect_left(kinds, data.start() - AROUND)
        if nearest == len(kinds) or kinds[nearest] > data.end() + AROUND:
            continue
        at = data.end() + 1
        while datum := _DATUM.match(text, at):
            yield Span(*datum.span("value"), "secret")
            at = datum.end()
