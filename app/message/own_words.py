"""What a person wrote to us in a mail or post: without quoted mail, signature, footers, greeting, names of attachments.

A judgement is made of this. The whole text stays for people to read.
"""

from functools import lru_cache
from typing import Final

from app.message.footers import without_footers
from app.message.history import split_history
from app.message.lines import Line, lines_of, without_blanks
from app.message.patterns import REMEMBERED
from app.message.phrases import says_something
from app.message.signature import without_greeting, without_signature
from app.message.subjects import Subject

MOST_LINES: Final = 1_000
"""What a text is about stands before that; the rest is logs."""
MOST_QUOTED: Final = 5
"""Mails in a mail that are looked into, when those above them say nothing."""


def own_words(subject: Subject, body: str) -> str:
    """Empty where nothing is theirs. What people pass on counts if they add nothing to it."""
    return "\n".join(own_lines(subject, body))


@lru_cache(maxsize=REMEMBERED)
def own_lines(subject: Subject, body: str) -> tuple[Line, ...]:
    """The lines that `own_words` are."""
    lines = lines_of(body, MOST_LINES)
    for _ in range(MOST_QUOTED):
        cut = split_history(lines)
        above = without_signature(without_greeting(without_footers(subject, body, cut.above)))
        words = without_blanks(above)
        if cut.below is None or subject.kind == "reply" or says_something("\n".join(words)):
            return words
        lines = cut.below
    return ()
