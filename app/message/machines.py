"""Recognises what machines wrote: away notes, receipts of other help desks, bounces, mail of calendars.

Zendesk keeps many of them out, by headers that its API does not show. What comes through is known by what mail programs
put into the subject, in their user's language, by how such a text begins, and by headers where they stand in the text.
"""

import re
from typing import Final

from app.message.own_words import own_words
from app.message.patterns import anywhere, one_of, plain
from app.message.subjects import read_subject
from app.rules.re2_patterns import compiled, fits

AWAY: Final = "An automatic answer, like an out-of-office note, wrote this"
RECEIPT: Final = "Another help desk or service sent this by itself"
BOUNCE: Final = "It says that a mail could not be delivered"
CALENDAR: Final = "A calendar or a mail program sent this: an invitation, an answer to one, or a receipt"

# A greeting and a line of thanks may come first.
_BEGINNING: Final = 300
_SHORT: Final = 16
"""Words. With more, a person may have written it: then an away note says more of itself."""
_SHORTEST: Final = 8
"""Words below a calendar's subject, such as that somebody cannot attend."""
_REST: Final = r"\s*(?:\z|[:(\[)\]|-]|(?:re|aw|until|till|from|bis|vom|jusqu|hasta|fino)\b)"
# People begin a subject so too ("Automatic reply macro is broken"): what follows tells a machine's from theirs.
_SUBJECT: Final = compiled(rf"\A(?:auto:\s*)?{one_of('machine_subjects')}{_REST}")
_INSIDE: Final = compiled(
    rf"[:(\[|]\s?{one_of('machine_subjects')}\s*(?:\z|[:)\]])|\s[-|]\s{one_of('machine_subjects')}\s*\z"
)
_CALENDAR_SUBJECT: Final = compiled(rf"\A{one_of('calendar_subjects')}\s?:")
_BEFORE: Final = r"(?:(?:please note|note|be advised|just to let you know|unfortunately)(?: that)?,? )?"
_AWAY: Final = compiled(rf"(?:\A|[.!?,:;)]\s|\n)\W*{_BEFORE}{one_of('away_notes')}")
_HEADER: Final = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:(?:[ \t]|\Z)|[ \t]+\S)")
# Those of an answer. What is only `auto-generated` may be a notification of a post that people wrote.
_ANSWERS: Final = re.compile(
    r"\A(?:auto-submitted:\s*auto-replied\s*(?:;.*)?|x-(?:mail-)?autoreply:\s*yes\s*|x-autorespond:.*"
    r"|precedence:\s*auto_reply\s*)\Z",
    re.IGNORECASE,
)


def written_by_machine(subject: str, body: str, words: str, *, is_notification: bool = False) -> str:
    """What tells that no person wrote this, as a sentence without its full stop; empty if nothing does.

    `words`: the own words of the body. A notification comes by itself and asks for no answer; what it tells of, a
    person wrote.
    """
    seen = read_subject(subject)
    if is_automatic_answer(subject, body) or fits(_INSIDE, seen.text):
        return AWAY
    text = _beginning(words or body)
    if is_away_note(text):
        return AWAY
    line = anywhere("machine_questions").sub(" ", text.replace("\n", " "))
    if _asks(line):
        return ""  # people quote what machines wrote when they ask about it
    if fits(anywhere("bounces"), line):
        return BOUNCE
    if not is_notification and fits(anywhere("receipts"), line):
        return RECEIPT
    is_short = len(line.split()) <= _SHORTEST and not fits(anywhere("matters"), line)
    by_calendar = fits(anywhere("calendars"), line) or (is_short and fits(_CALENDAR_SUBJECT, seen.text))
    return CALENDAR if by_calendar else ""


def is_automatic_answer(subject: str, body: str) -> bool:
    """Sure enough to leave it without any answer: by the subject that a machine gave it, or by the mail's headers."""
    seen = read_subject(subject)
    by_subject = fits(_SUBJECT, seen.text)
    if by_subject and seen.kind == "reply" and _asks(own_words(seen, body)):
        return False  # a person who answers an automatic answer
    return by_subject or _has_header_of_an_answer(body)


def is_away_note(text: str) -> bool:
    """By a sentence that away notes begin with; else by words of absence with a sign of such a note beside them."""
    if fits(_AWAY, text) and len(text.split()) <= _SHORT:
        return True
    if _asks(text) or not fits(anywhere("away_signs"), text):
        return False
    if fits(_AWAY, text):
        return True
    return fits(anywhere("absences"), text) and not fits(anywhere("matters"), text)


def _asks(text: str) -> bool:
    return "?" in text


def _beginning(text: str) -> str:
    return "\n".join(plain(line) for line in text[: 2 * _BEGINNING].splitlines() if line.strip())[:_BEGINNING]


def _has_header_of_an_answer(text: str) -> bool:
    """Does the text begin with a mail's headers, as some gateways pass them on, and do they say so?"""
    for line in text.lstrip()[: 10 * _BEGINNING].splitlines():
        if not _HEADER.match(line):
            return False
        if _ANSWERS.match(line):
            return True
    return False
