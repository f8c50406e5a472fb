"""Texts of tickets and issues as plain words: without markup, templates, links, handles and our own markers."""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from app.message.footers import without_footers
from app.message.subjects import Subject
from app.similarity.printed import PRINTED, without_usual_lines
from app.word_lists import lines_of

LONGEST = 16_000
"""Characters that are read. What a report is about stands before that; the rest is logs."""

TEXTS_REMEMBERED = 256
"""Those of the tickets that are worked on, and their lines: each is asked about several times."""

_TYPOGRAPHIC = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": " ", "•": " ", "·": " ", "→": " ", "←": " ",
    }
)  # fmt: skip

# Every repetition is bounded: hostile text must not make the search quadratic.
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{0,1000}\)(?:\{[^{}\n]{0,100}\})?")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\([^()\s]{0,1000}\)")
_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|code|dd|details|div|dl|dt|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|span|strong|sub|summary|sup"
    r"|table|tbody|td|th|thead|tr|ul)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_FENCE = re.compile(r"[ \t>]{0,8}(?:`{3,}[^`\n]{0,100}|~{3,}[^\n]{0,100})$")
_CHECKBOX = re.compile(r"^[ \t]{0,8}[-*] \[[ xX]\] [^\n]{0,500}$", re.MULTILINE)
_QUICK_ACTION = re.compile(
    r"^/(?:assign|cc|confidential|due|epic|estimate|label|milestone|relate|type|weight)\b[^\n]{0,500}$", re.MULTILINE
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_HANDLE = re.compile(r"(?<![\w/])@[\w.-]{1,60}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`)\]]{1,2000}", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINE_MARKS = " \t#*_>:.-|"
_NO_SUBJECT = Subject("", "new")

_DATA = Path(__file__).parent / "data"
_TEMPLATE_LINES = frozenset(line.strip(_LINE_MARKS).casefold() for line in lines_of(_DATA / "template_lines.txt"))
_TEMPLATE_STARTS = tuple(lines_of(_DATA / "template_starts.txt"))


@lru_cache(maxsize=TEXTS_REMEMBERED)
def plain(text: str, *, addresses: bool = True) -> str:
    """`text` without what says nothing about its subject; lines stay lines. Never raises, linear in the length.

    `addresses`: keep of each web address what `_route` says, else nothing.
    """
    seen = normal(text)
    seen = _without_comments(seen)
    if "<" in seen:
        seen = _TAG.sub(" ", seen)
    if "&" in seen:
        seen = html.unescape(seen)
    if "](" in seen:
        seen = _LINK.sub(r"\1", _IMAGE.sub(" ", seen))
    if "\\" in seen:
        seen = _ESCAPE.sub(r"\1", seen)
    if "://" in seen or "www." in seen.casefold():
        seen = _URL.sub(_route if addresses else " ", seen)
    if "@" in seen:
        seen = _HANDLE.sub(" ", _ADDRESS.sub(" ", seen))
    if "\n" in seen or "\r" in seen:
        seen = _CHECKBOX.sub("", _QUICK_ACTION.sub("", seen))
        lines = [line for line in _lines(seen) if not _is_template(line)]
        seen = "\n".join(without_usual_lines(without_footers(_NO_SUBJECT, "", lines)))
    return seen


def normal(text: str) -> str:
    """At most LONGEST characters, typographic punctuation and look-alikes made plain, nothing that can't be encoded."""
    cut = text[:LONGEST]
    if cut.isascii():
        return cut
    whole = cut.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", whole.translate(_TYPOGRAPHIC))[:LONGEST]


def _without_comments(text: str) -> str:
    """HTML comments dropped. One that never ends hides nothing here: its text may be all there is."""
    kept: list[str] = []
    start = 0
    while (opening := text.find("<!--", start)) >= 0 and (closing := text.find("-->", opening)) >= 0:
        kept += (text[start:opening], " ")
        start = closing + 3
    return "".join((*kept, text[start:])) if kept else text


def _route(url: re.Match[str]) -> str:
    """Of an address its host, and of GitLab's pages which: `-/settings/ci_cd`, without numbers and projects' names."""
    address = url[0].partition("://")[2] or url[0]
    host = re.split(r"[/?#:]", address.rpartition("@")[2], maxsplit=1)[0]
    page = re.split(r"[?#]", address.partition("/-/")[2], maxsplit=1)[0].split("/")[:3]
    return f" {' '.join([host, *(part for part in page if part and not any(sign.isdigit() for sign in part))])} "


def _lines(text: str) -> Iterator[str]:
    """Without the fences of code, each line between two of them behind PRINTED; of several blank lines one."""
    mark, before = "", ""
    for line in text.splitlines():
        if _FENCE.match(line):
            mark = "" if mark else PRINTED
        elif line.strip() or before.strip():
            yield mark + line
            before = line


def _is_template(line: str) -> bool:
    said = line.strip(_LINE_MARKS).casefold()
    return said in _TEMPLATE_LINES or said.startswith(_TEMPLATE_STARTS)
