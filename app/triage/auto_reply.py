"""Recognises answers that nobody wrote: out of office, a bounce. Pure.

Zendesk keeps most of them out, by headers that its API does not show. What comes through is known by what mail programs
put into the subject, in their user's language, by how such a text begins, and by headers where they stand in the text.
"""

import re
from pathlib import Path

from app.word_lists import lines_of

_DATA = Path(__file__).with_name("data")
# A greeting and a line of thanks may come first.
_HOW_FAR = 300
_SUBJECT = re.compile(
    # People begin a subject so too ("Automatic reply macro is broken"): what follows tells a machine's from theirs.
    rf"\A(?:\s*(?:re|aw|fwd?|\[[^\]]{{1,20}}\])\s*:?)*\s*(?:{'|'.join(lines_of(_DATA / 'auto_reply_subjects.txt'))})\s*"
    r"(?:\Z|[:：(\[–-]|(?:re|aw|until|till|from|bis|vom|jusqu|hasta|fino)\b)",
    re.IGNORECASE,
)
_BEGINNING = re.compile("|".join(lines_of(_DATA / "auto_reply_beginnings.txt")), re.IGNORECASE)
_HEADER = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:(?:[ \t]|\Z)|[ \t]+\S)")
# Those of an answer. What is only `auto-generated` may be a notification of a post that people wrote.
_ANSWERS = re.compile(
    r"\A(?:auto-submitted:\s*auto-replied\s*(?:;.*)?|x-(?:mail-)?autoreply:\s*yes\s*|x-autorespond:.*"
    r"|precedence:\s*auto_reply\s*)\Z",
    re.IGNORECASE,
)


def is_auto_reply_subject(subject: str) -> bool:
    """For a new ticket: only the subject that a machine gave it is reliable."""
    return bool(_SUBJECT.match(subject[:_HOW_FAR]))


def has_auto_reply_header(text: str) -> bool:
    """Does the text begin with a mail's headers, as some gateways pass them on, and do they say so?"""
    for line in text.lstrip()[: 10 * _HOW_FAR].splitlines():
        if not _HEADER.match(line):
            return False
        if _ANSWERS.match(line):
            return True
    return False


def is_auto_reply_text(text: str) -> bool:
    """For a later comment: it has no subject, and often answers what was just sent to its author."""
    return has_auto_reply_header(text) or bool(_BEGINNING.search(" ".join(text[: 2 * _HOW_FAR].split())[:_HOW_FAR]))
