"""A title for a report: of its subject if that names the matter, else of the first sentence that does."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from app.message.patterns import is_whole
from app.message.phrases import makes_title, says_something
from app.message.subjects import read_subject
from app.word_lists import words_of

LONGEST_SENTENCE: Final = 120
MOST_READ: Final = 4_000
SHORTEST_SHOUT: Final = 8
"""Letters. "CI API" shouts no more than its writer had to."""
_CUT: Final = re.compile(r"\s*(?:\.{2,}|…)\s*\Z")
_HANDLES_FIRST: Final = re.compile(r"\A(?:[\s.,:>*_-]{0,20}(?<!\w)@\w{1,50}(?!\w)[,:]?)+\s*")
_HANDLES: Final = re.compile(r"(?<!\w)[@#](\w+)")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# A full stop inside "16.9" or "gitlab.com" ends no sentence.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+|\n+|(?<=[。！？])")
_TURN: Final = re.compile(r"\A(?:but|however|and)\b[\s,]+(?=\w)", re.IGNORECASE)
_END_SIGNS: Final = " \t.!,;:-–—。！"
_WORD: Final = re.compile(r"[^\s()\[\]{}\"“”,;:!?]+")
_PLAIN_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")


def make_title(subject: str, words: str, *, of_post: bool = False) -> str:
    """`of_post`: the subject is that of the post below which this was written. Empty where nothing is said."""
    said = read_subject(subject).text
    text = _HANDLES_FIRST.sub("", words[:MOST_READ].strip())
    named = not (of_post or is_whole(said, "plain_subjects") or is_whole(said, "desk_heads") or _begins(said, words))
    title = (said if named and makes_title(said) else "") or _first_sentence(text) or said
    return _calm(_HANDLES.sub(r"\1", _HANDLES_FIRST.sub("", title))).rstrip(_END_SIGNS)


def _begins(subject: str, words: str) -> bool:
    """Tweets and the like have none of their own: it is their text, often cut in the middle of a word."""
    said = _comparable(_CUT.sub("", subject))
    return bool(said) and _comparable(words[:MOST_READ]).startswith(said)


def _comparable(text: str) -> str:
    return "".join(text.casefold().split())


def _first_sentence(text: str) -> str:
    """Praise and anger only where nothing else is said; what follows them often begins with "But"."""
    sentences = [" ".join(one.split()) for one in _SENTENCE_END.split(_LINK.sub("", text))]
    first = next((one for one in sentences if says_something(one)), "")
    matter = next((one for one in sentences if makes_title(one)), first)
    turned = _TURN.sub("", matter)
    return _shortened(turned if turned == matter else turned[:1].upper() + turned[1:])


def _shortened(sentence: str) -> str:
    """At a blank, where there is one."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    kept, blank, _ = sentence[:LONGEST_SENTENCE].rpartition(" ")
    return f"{kept if blank else sentence[: LONGEST_SENTENCE - 1]}…"


def _calm(title: str) -> str:
    """Without shouting: names keep their capitals, and so does what has digits or underscores, as in `ERR_500`."""
    letters = [sign for sign in title if sign.isupper() or sign.islower()]
    capitals = sum(sign.isupper() for sign in letters)
    if len(letters) < SHORTEST_SHOUT or capitals < 0.7 * len(letters) or " " not in title.strip():
        return title
    lowered = _WORD.sub(lambda found: _lowered(found[0]), title)
    return lowered[:1].upper() + lowered[1:]


def _lowered(word: str) -> str:
    core = word.rstrip(".")
    if known := _product_words().get(core.replace("’", "'").casefold()):
        return known + word[len(core) :]
    # Turkish capitals have a dot that `lower` would leave behind.
    return word.replace("İ", "i").lower() if _PLAIN_WORD.fullmatch(word) and word.isupper() else word


@cache
def _product_words() -> dict[str, str]:
    file = Path(__file__).with_name("data") / "product_words.txt"
    return {word.casefold(): word for word in words_of(file)}
