"""Cuts what programs add to a mail: names of attachments, lines of devices and lists, companies' disclaimers."""

from collections.abc import Sequence
from typing import Final, TypeVar

from app.message.patterns import anywhere, is_whole, one_of, plain
from app.message.subjects import Subject
from app.rules.re2_patterns import compiled, fits

L = TypeVar("L", bound=str)
_DISCLAIMER: Final = anywhere("disclaimers")
_FILE: Final = (
    r"[^\s/<>:\"|]{1,120}\.(?:png|jpe?g|gif|bmp|tiff?|webp|heic|svg|pdf|docx?|xlsx?|pptx?|odt|csv|txt|log|rtf|html?"
    r"|zip|gz|tgz|7z|rar|mp[34]|mov|avi|webm|m4a|wav|eml|msg|ics|vcf|p7[ms]|asc|dat|bin)"
)
_ATTACHMENTS: Final = compiled(
    r"\A\W{0,3}(?:attachments?(?:\(s\))?\s?:?\s?)?(?:(?:!\[[^\]]*\]\([^()\s]*\)|<[^<>\s]+>|https?://\S+/attachments/\S+"
    r"|\[(?:image|cid|inline image|attachment|bild|photo)[^\]]*\]|\(?\d{1,5}(?:[.,]\d{1,2})?\s?[kmg]?i?b(?:ytes)?\)?"
    rf"|{one_of('pictures')}[^<>]{{0,80}}\.\w{{2,4}}|{_FILE})[\s,;|•*-]*)+\z"
)


def without_footers(subject: Subject, body: str, lines: Sequence[L]) -> list[L]:
    """`lines`: those of the body that are read."""
    tables = ("footer_lines", "desk_heads", "desk_details") if is_of_the_desk(subject, body) else ("footer_lines",)
    kept: list[L] = []
    for paragraph in _paragraphs(lines):
        end = next((n for n, line in enumerate(paragraph) if fits(_DISCLAIMER, plain(line))), len(paragraph))
        if end == len(paragraph) and fits(_DISCLAIMER, " ".join(map(plain, paragraph))):
            end = 0  # it is broken into lines
        # A signature may hang together with it, and is looked for later.
        kept += (
            line for line in paragraph[:end] if not is_whole(line, *tables) and not fits(_ATTACHMENTS, plain(line))
        )
    return kept


def is_of_the_desk(subject: Subject, body: str) -> bool:
    """Did Zendesk write the head: is it a messaging conversation or a call?"""
    first = next((line for line in body.splitlines() if line.strip()), "")
    if first and not is_whole(first, "desk_heads"):
        return is_whole(subject.text, "desk_heads") and is_whole(first, "desk_details")
    return is_whole(first or subject.text, "desk_heads")


def _paragraphs(lines: Sequence[L]) -> list[list[L]]:
    """Each with the blank line that ends it."""
    found: list[list[L]] = [[]]
    for line in lines:
        found[-1].append(line)
        if not line.strip():
            found.append([])
    return found
