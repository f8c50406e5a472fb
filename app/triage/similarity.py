"""How much a ticket and an issue speak of the same thing, and which few words to search for. Pure, no index needed.

GitLab's search joins all words with AND and ranks nothing, so few and rare words are sent, and the ranking is ours.
"""

from __future__ import annotations

import math
import re
from collections import Counter

MOST_SEARCH_WORDS = 2
_WORD = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*|\d{3,}")
_FENCE_OR_LINK = re.compile(r"https?://\S+|<!--.*?-->|[@#][\w.-]+", re.DOTALL)
# Words that say nothing about what a report is about.
_EMPTY_WORDS = frozenset(
    """
    a about actual after again all also am an and any anybody anyone are as at be because been before being between
    break breaks broken bug but button by can cannot click clicked com could crash crashes day days did do does
    doing don done dont down each error even ever every everyone expected fail failed failing fails feature few for
    from get gets getting gitlab gitlabs go goes going got guys had happened happens has have having he hello help
    her here hey hi him his hour hours how http https i if in instead into is issue issues it its just know last let
    like look make makes many may me minute minutes month more most much my need never new no nor not now of off ok
    on one only open opened opening or other our out over own page pages people please possible problem problems
    project projects re really reproduce request said same say see seems seen sees should show shows since so some
    steps still stopped stops such team than thank thanks that the their them then there these they thing things
    this those through time times to today too try trying two under until up update updated upgrade upgraded
    upgrading us use used user users using version very want was way we week weeks well went were what when where
    which while who whole why will with without work worked working works would wrong www yes yesterday yet you your
    """.split()  # noqa: SIM905  # a list of words reads best as words
)


def search_words(subject: str, body: str) -> list[str]:
    """Up to two words for GitLab's search: error codes and identifiers first, then long words, in reading order.

    Words of the subject come before words of the body.
    """
    ranked: list[tuple[float, str]] = []
    for place, text in enumerate((subject, _first_sentences(body))):
        for position, word in enumerate(_words(text)):
            ranked.append((place + position / 100 - _weight(word), word))
    chosen = list(dict.fromkeys(word for _, word in sorted(ranked)))[:MOST_SEARCH_WORDS]
    return [re.split(r"[._-]", word)[0] if not word[0].isdigit() else word for word in chosen]


def similarity(ticket: str, title: str, description: str) -> float:
    """0 (nothing in common) to 1: cosine of the words' weights, where title words count double.

    Without a collection there are no document frequencies: a word's weight is its length and form, which follows
    rarity well enough for a handful of candidates.
    """
    left, right = _vector(_words(ticket)), _vector(_words(title) * 2 + _words(description))
    shared = sum(weight * right.get(word, 0.0) for word, weight in left.items())
    norms = math.sqrt(sum(w * w for w in left.values())) * math.sqrt(sum(w * w for w in right.values()))
    return shared / norms if norms else 0.0


def _first_sentences(body: str) -> str:
    return body[:400]


def _words(text: str) -> list[str]:
    plain = _FENCE_OR_LINK.sub(" ", text.casefold())
    return [_stem(word) for word in _WORD.findall(plain) if word not in _EMPTY_WORDS and len(word) > 2]


def _stem(word: str) -> str:
    """Light English stemming: enough that push, pushes, pushed and pushing meet."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _weight(word: str) -> float:
    identifier = any(mark in word for mark in "._-0123456789")
    return min(len(word), 12) / 12 + (0.5 if identifier else 0.0)


def _vector(words: list[str]) -> dict[str, float]:
    return {word: _weight(word) * (1 + math.log(count)) for word, count in Counter(words).items()}
