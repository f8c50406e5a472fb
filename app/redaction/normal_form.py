"""A text as a reader takes it, with the way back: finders search this form, so that no disguise hides anything.

Compatible forms are plain (NFKC), typographic dashes `-`, HTML entities and Markdown's escapes what they stand for;
invisible characters are gone, and a word that a mail program broke with `=` is whole. What is still encoded as
quoted-printable can be decoded besides (`=40` is `@`).
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple, Self

from app.redaction.kinds import Span, replaced, without_signs

_SHORT_DASHES: Final = frozenset("‐‑‒−⁃﹣－")
_LONG_DASHES: Final = frozenset("–—―")
# Not seen, though Unicode counts them as letters, marks or symbols (Default_Ignorable_Code_Point; the braille blank).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
# Of Markdown's escapes those that no string of a program needs: quotes, backslashes, blanks and $ mean more there.
_ESCAPE = r"\\[-_.*#+=~@:/>()!|\[\]]"
_ENTITY = r"&(?:amp;)*(?:\#\d{2,7}(?!\d);?|\#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)"
_WINDOWS_PATH = r"(?<![A-Za-z])[A-Za-z]:\\(?!/)[^\s\"'<>|&]*+"
_SOFT_BREAK = r"(?<=[\w-])=[ \t]{0,3}\r?\n(?:>[ ]?){0,5}(?=[\w-])(?![\w-]{1,40}[ ]?[:=])"
# Only the signs inside tokens: a blank or a slash means more where it is encoded.
_CODED = r"(?<=\w)(?:%|\\x|\\u00)(?:2[dDeE]|5[fF])(?=\w)"
# A shell's line that goes on inside a word, and HTML's place where a word may break.
_JOIN = r"(?<=[\w-])(?:\\\r?\n|<wbr ?/?>)(?=[\w-])"
_IN_ANY_TEXT = (
    rf"(?P<path>{_WINDOWS_PATH})|(?P<coded>{_CODED})|(?P<join>{_JOIN})"
    rf"|(?P<escape>{_ESCAPE})|(?P<entity>{_ENTITY})|(?P<soft_break>{_SOFT_BREAK})"
)
_OCTET = r"=[0-9A-F]{2}"
_OCTETS = rf"(?P<octets>(?:{_OCTET}|=[ \t]{{0,3}}\r?\n(?:>[ ]?){{0,5}}){{1,60}}+)"
_ASCII = re.compile(_IN_ANY_TEXT)
_ASCII_SIGNS: Final = ("&", "\\", "=\n", "=\r\n", "= \n", "%2", "%5", "<wbr")

QUOTED_PRINTABLE: Final = range(72, 77)
"""How long a line is that a mail program broke, with its `=`."""
_ENCODING_HEADER = re.compile(r"(?i)content-transfer-encoding:[ \t]{0,5}quoted-printable")
_NOT_A_NUMBER = re.compile(r"=(?:[0-9A-F][A-F]|[A-F][0-9])")
_LINE_GOES_ON = re.compile(r"\S=[ \t]{0,3}\r?\n")
FEWEST_OCTETS = 2
_KEY = re.compile(r"[A-Z][A-Z0-9_]*|[a-z]+(?:[_-][a-z]+)*\d?|\w{1,7}")
_WORD_AT_END = re.compile(r"(?<![\w/+-])([\w/+-]++)=\Z")
MOST_DECODED = 3
"""How often an entity is decoded: `&amp;#45;` is one inside another."""


class Rewritten(NamedTuple):
    start: int
    end: int
    original: str


@dataclass(frozen=True, slots=True)
class NormalText:
    text: str
    rewritten: Sequence[Rewritten] = ()
    """What stands differently in the original; ascending."""

    @classmethod
    def of(cls, original: str, *, quoted_printable: bool = False) -> Self:
        pattern = _pattern_for(original, _OCTETS + "|" if quoted_printable else "")
        if pattern is None:
            return cls(original)
        pieces: list[str] = []
        rewritten: list[Rewritten] = []
        done = length = 0
        for match in pattern.finditer(original):
            plain = _plain(match)
            if plain == match[0]:
                continue
            before = original[done : match.start()]
            start = length + len(before)
            length = start + len(plain)
            rewritten.append(Rewritten(start, length, match[0]))
            pieces += (before, plain)
            done = match.end()
        pieces.append(original[done:])
        return cls("".join(pieces), rewritten)

    @property
    def original(self) -> str:
        pieces: list[str] = []
        done = 0
        for start, end, original in self.rewritten:
            pieces += (self.text[done:start], original)
            done = end
        pieces.append(self.text[done:])
        return "".join(pieces)

    def replaced(self, spans: Sequence[Span]) -> Self:
        """Placeholders for `spans` (ascending, none overlaps the next). What is rewritten goes whole or stays whole."""
        kept: list[Rewritten] = []
        whole: list[Span] = []
        at = shift = done = 0
        for span in spans:
            start, end = max(done, span.start), span.end
            while at < len(self.rewritten) and self.rewritten[at].end <= span.start:
                kept.append(_moved(self.rewritten[at], shift))
                at += 1
            while at < len(self.rewritten) and self.rewritten[at].start < end:
                start, end = min(start, self.rewritten[at].start), max(end, self.rewritten[at].end)
                at += 1
            if start < end:
                whole.append(Span(start, end, span.kind))
                shift += 1 - (end - start)
                done = end
        kept += [_moved(one, shift) for one in self.rewritten[at:]]
        return type(self)(replaced(self.text, whole), kept)


def _moved(one: Rewritten, shift: int) -> Rewritten:
    return Rewritten(one.start + shift, one.end + shift, one.original)


def is_quoted_printable(text: str) -> bool:
    """By its header, or by `=3D` or a soft line break among octets: `PASSWORD=2Dabc` alone is no sign of it."""
    if "=" not in text:
        return False
    if _ENCODING_HEADER.search(text):
        return True
    if _NOT_A_NUMBER.search(text) is None or not ("=3D" in text or _LINE_GOES_ON.search(text)):
        return False
    return sum(1 for _ in islice(re.finditer(_OCTET, text), FEWEST_OCTETS)) == FEWEST_OCTETS


def _pattern_for(text: str, first: str) -> re.Pattern[str] | None:
    if text.isascii():
        if first:
            return re.compile(first + _IN_ANY_TEXT)
        return _ASCII if any(sign in text for sign in _ASCII_SIGNS) else None
    signs = {sign for sign in set(text) if not sign.isascii() and (sign in _LONG_DASHES or _plain_sign(sign) != sign)}
    return re.compile(f"{first}{_IN_ANY_TEXT}" + (f"|[{re.escape(''.join(sorted(signs)))}]" if signs else ""))


def _plain(match: re.Match[str]) -> str:
    written = match[0]
    if match.lastgroup is None:
        return _plain_dash(match) if written in _LONG_DASHES else _plain_sign(written)
    if match.lastgroup in {"escape", "coded"}:
        return written[1] if match.lastgroup == "escape" else chr(int(written[-2:], 16))
    if match.lastgroup in {"entity", "octets"}:
        decoded = _decoded(written) if match.lastgroup == "entity" else without_signs(_characters(written))
        return "".join(map(_plain_sign, decoded))
    is_break = match.lastgroup == "join" or (match.lastgroup == "soft_break" and _is_soft_break(match))
    return "" if is_break else written


def _characters(octets: str) -> str:
    raw = bytes.fromhex("".join(re.findall(_OCTET, octets)).replace("=", ""))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _decoded(entity: str) -> str:
    for _ in range(MOST_DECODED):
        entity = html.unescape(entity)
    return entity


def _plain_dash(match: re.Match[str]) -> str:
    """A mail program makes one long dash of the two hyphens of an option (`--password`) or a key's first line."""
    text, start = match.string, match.start()
    return (
        "-"
        if text[start - 1 : start].isalnum() or (match[0] == "–" and not text[start + 1 : start + 3].isalpha())
        else "--"
    )


@lru_cache(maxsize=4096)
def _plain_sign(sign: str) -> str:
    if sign.isascii() or "\ufdd0" <= sign <= "\ufdef":
        return sign
    if sign in _SHORT_DASHES or sign in _LONG_DASHES:
        return "-"
    if unicodedata.category(sign) == "Cf" or _UNSEEN.match(sign):
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    # An accent that stands alone would become a blank and an accent, and so cut a name in two.
    return sign if " " in plain and not sign.isspace() else plain


def _is_soft_break(match: re.Match[str]) -> bool:
    """`PASSWORD=` at the end of a line is an empty variable, and `YQ=` the end of something in base64."""
    text, end = match.string, match.start() + 1
    before = text[max(0, end - 100) : end].rpartition("\n")[2]
    word = _WORD_AT_END.search(before)
    return len(before) in QUOTED_PRINTABLE or (
        word is not None
        and _KEY.fullmatch(word[1]) is None
        and (len(word[0]) % 4 != 0 or "-" in word[0] or "_" in word[0])
    )
