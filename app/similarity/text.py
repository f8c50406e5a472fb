"""Texts of tickets and issues as plain words: without markup, templates, links, handles and our own markers."""

import html
import re
import unicodedata
from pathlib import Path

from app.word_lists import lines_of

LONGEST = 16_000
"""Characters that are read. What a report is about stands before that; the rest is logs."""

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
_FENCE = re.compile(r"^[ \t>]{0,8}(?:`{3,}|~{3,})[^\n]{0,100}$", re.MULTILINE)
_CHECKBOX = re.compile(r"^[ \t]{0,8}[-*] \[[ xX]\] [^\n]{0,500}$", re.MULTILINE)
_QUICK_ACTION = re.compile(
    r"^/(?:assign|cc|confidential|due|epic|estimate|label|milestone|relate|type|weight)\b[^\n]{0,500}$", re.MULTILINE
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_HANDLE = re.compile(r"(?<![\w/])@[\w.-]{1,60}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`)\]]{1,2000}", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# A frame of a backtrace that any error passes through: middleware, gems, the server.
_SYSTEM_ID = ", system id:"
_FRAME = re.compile(
    r"^\s*(?:from\s+|at\s+)?\S{0,200}(?:/middleware/|_middleware\.|/gems/|/site-packages/|/node_modules/)\S{0,300}"
)
_STAMP = re.compile(r"^[\s>\d:.,TZ/|\[\]+-]{0,60}")
_LINE_MARKS = " \t#*_>:.-|"

_DATA = Path(__file__).parent / "data"
_TEMPLATE_LINES = frozenset(line.strip(_LINE_MARKS).casefold() for line in lines_of(_DATA / "template_lines.txt"))
_TEMPLATE_STARTS = tuple(lines_of(_DATA / "template_starts.txt"))
_LOG_STARTS = tuple(lines_of(_DATA / "log_lines.txt"))
FEWEST_LOG_LINES = 4
"""So many lines of a log make it one: a single line may be a person's own sentence."""


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
        seen = _CHECKBOX.sub("", _QUICK_ACTION.sub("", _FENCE.sub("", seen)))
        seen = "\n".join(_without_logs([line for line in seen.splitlines() if not _is_template(line)]))
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


def _without_logs(lines: list[str]) -> list[str]:
    logged = [bool(_FRAME.match(line)) or _is_of_a_log(_STAMP.sub("", line).casefold()) for line in lines]
    if sum(logged) < FEWEST_LOG_LINES:
        return lines
    return [line for line, is_log in zip(lines, logged, strict=True) if not is_log]


def _is_of_a_log(line: str) -> bool:
    return line.startswith(_LOG_STARTS) or _SYSTEM_ID in line


def _is_template(line: str) -> bool:
    said = line.strip(_LINE_MARKS).casefold()
    return said in _TEMPLATE_LINES or said.startswith(_TEMPLATE_STARTS)
