"""A ticket as pieces: words, pairs of words, letter groups in words, and traits such as its channel.

The same code serves training and judging, and needs nothing but the standard library: what was learned about a piece
is found again under the same name.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

from app.model.topics import TOPICS, topics
from app.rules.folding import clean
from app.ticket import Ticket

LONGEST = 4_000
"""Characters. A stack trace of ten pages says nothing that its first page does not."""
LONGEST_RUN = 40
"""Signs between two blanks; what is longer is a key or a path, and its letters say nothing."""
RUNS_REMEMBERED = 512
"""Whose letter groups are kept: many tickets have the same words, and reasons are told by them too."""
IN_SUBJECT: Final = "subject: "
"""Stands before the words of the subject: they count a second time."""
LETTER_GROUPS: Final = range(2, 6)

_FENCE = re.compile(r"```.*?(?:```|\Z)|<pre>.*?(?:</pre>|\Z)", re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}|\t).*\S", re.MULTILINE)
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>)\]\"']+", re.IGNORECASE)
_HANDLE = re.compile(r"@(?!gitlab)\w+", re.IGNORECASE)
# Every repetition is bounded: hostile text must not make the search quadratic.
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_VERSION = re.compile(
    r"\bv?\d{1,6}(?:\.\d{1,6}){1,4}(?:[-.](?:ce|ee|rc\d{0,3}|pre|beta\d{0,3}|alpha\d{0,3})){0,3}\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$€£]\s?\d[\d.,]{0,20}\s?[km]?\b|\b\d[\d.,]{0,20}\s?(?:usd|eur|dollars?|euros?|[€£$])", re.IGNORECASE
)
# Codes of HTTP mean something; of any other number only that there is one.
_NUMBER = re.compile(r"\b(?!(?:40[0134]|422|429|50[0234]|2fa)\b)\d[\d.,:]{0,40}(?:%|st|nd|rd|th|k|gb|mb|kb|s|ms|x)?\b")
_MASKS: Final = (
    (_LINK, " {link} "),
    (_ADDRESS, " {address} "),
    (_HANDLE, " {handle} "),
    (_VERSION, " {version} "),
    (_MONEY, " {money} "),
    (_NUMBER, " {number} "),
)
_WORD = re.compile(r"\{[a-z]+\}|[^\W_]+(?:['._-][^\W_]+)*|[?!]+|[^\w\s.,;:()\[\]\"'`<>/\\|{}*_=+#~-]")
_LENGTHS: Final = (0, 30, 70, 140, 280, 600, 1500)


@dataclass(frozen=True, slots=True)
class TicketPieces:
    """What occurs in a ticket and how often, by block; the names of different blocks differ.

    Each block is brought to the same length, then weighed: many letter groups must not drown a few traits.
    """

    words: Counter[str]
    letters: Counter[str]
    traits: Counter[str]
    topics: Counter[str]
    order: tuple[str, ...]
    """The words in reading order, as `words` has them."""

    def blocks(self) -> tuple[Counter[str], ...]:
        return (self.words, self.letters, self.traits, self.topics)


def pieces(ticket: Ticket, channel: str) -> TicketPieces:
    text = masked(f"{ticket.subject}\n{ticket.body}"[:LONGEST])
    words = _words(text)
    counted = Counter(f"w:{word}" for word in words)
    counted.update(f"w:{first} {second}" for first, second in pairwise(words))
    counted.update(f"w:{IN_SUBJECT}{word}" for word in read(ticket.subject[:LONGEST]))
    runs = (run for run in text.split() if len(run) <= LONGEST_RUN)
    letters = Counter(chain.from_iterable(map(letter_groups, runs)))
    topical = Counter({f"t:topic {topic}": times for topic, times in topics(words).items()})
    return TicketPieces(counted, letters, Counter(traits(ticket, channel)), topical, tuple(words))


def meaning(ticket: Ticket) -> str:
    """The text for the sentence encoder: plain, with links and handles each under one word."""
    text = clean(f"{ticket.subject}\n{ticket.body}"[:LONGEST]).strip()
    return _HANDLE.sub("@user", _LINK.sub("link", _QUOTED.sub(" ", text)))


def masked(text: str) -> str:
    """In lower case, without quoted lines; links, handles, versions, amounts and numbers each under one name."""
    plain = _QUOTED.sub(" ", clean(text))
    for pattern, mask in _MASKS:
        plain = pattern.sub(mask, plain)
    return plain.casefold()


def read(text: str) -> list[str]:
    """The words of a masked text."""
    return _words(masked(text))


def _words(plain: str) -> list[str]:
    return [word if len(word) <= 2 or word[0] not in "?!" else word[:2] for word in _WORD.findall(plain)]


@lru_cache(maxsize=RUNS_REMEMBERED)
def letter_groups(word: str) -> tuple[str, ...]:
    """Groups of two to five signs, with a blank for either end of the word: `down` has ` dow` and `own `."""
    if word.startswith("{"):
        return ()
    padded = f" {word} "
    groups: list[str] = []
    for size in LETTER_GROUPS:
        if size >= len(padded):
            return (*groups, f"l:{padded}")
        groups += [f"l:{padded[start : start + size]}" for start in range(len(padded) - size + 1)]
    return tuple(groups)


def traits(ticket: Ticket, channel: str) -> Iterator[str]:
    """What can be seen without reading; see `describe` for what each says."""
    text = f"{ticket.subject}\n{ticket.body}"[:LONGEST]
    prose = _FENCE.sub(" ", text)
    yield f"t:channel {channel}"
    length = len(text.strip())
    yield f"t:length {max(step for step, least in enumerate(_LENGTHS) if length >= least)}"
    yield f"t:links {min(2, len(_LINK.findall(text)))}"
    yield f"t:code {'yes' if prose != text or '`' in prose or _INDENTED.search(prose) else 'no'}"
    questions = _LINK.sub(" ", prose).count("?")
    yield f"t:questions {min(2, questions)}"
    yield f"t:ends {'asking' if prose.rstrip().endswith('?') else 'telling'}"
    yield f"t:exclaims {'yes' if '!' in prose else 'no'}"
    yield f"t:organization {'yes' if ticket.organization else 'no'}"
    letters = [sign for sign in prose if sign.isalpha()]
    shouted = sum(sign.isupper() for sign in letters) > len(letters) / 2 if len(letters) > 15 else False
    yield f"t:shouts {'yes' if shouted else 'no'}"


_ABSENT: Final = (
    "t:links 0",
    "t:code no",
    "t:questions 0",
    "t:ends telling",
    "t:exclaims no",
    "t:organization no",
    "t:shouts no",
)
_SAID: Final = {
    "length": {
        "0": "hardly any text",
        "1": "a very short text",
        "2": "a short text",
        "3": "a rather short text",
        "4": "a text of middle length",
        "5": "a long text",
        "6": "a very long text",
    },
    "links": {"0": "no links", "1": "a link", "2": "several links"},
    "code": {"yes": "code", "no": "no code"},
    "questions": {"0": "no question mark", "1": "a question mark", "2": "several question marks"},
    "ends": {"asking": "a question at the end", "telling": "no question at the end"},
    "exclaims": {"yes": "an exclamation mark", "no": "no exclamation mark"},
    "organization": {"yes": "a requester with an organization", "no": "a requester without an organization"},
    "shouts": {"yes": "mostly capitals", "no": "few capitals"},
    "topic": TOPICS,
}


def is_absence(trait: str) -> bool:
    """True for what a ticket lacks: the model may count it, but it convinces nobody as a reason."""
    return trait in _ABSENT


def describe(trait: str) -> str:
    """A trait for people, as a noun: `t:links 0` is "no links"."""
    name, _, value = trait.removeprefix("t:").partition(" ")
    if name == "channel":
        return f"the channel {value}"
    return _SAID.get(name, {}).get(value, f"{name} {value}")
