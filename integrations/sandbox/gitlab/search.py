"""GitLab's issue search as PostgreSQL does it: English stems, every word must be there, each word matches as a prefix.

After app/models/concerns/pg_full_text_searchable.rb. Texts outside Latin script fall back to substring search, which
already one typographic quote in the query is enough for. Nothing is ranked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

_OUTSIDE_LATIN = re.compile(r"[^\u0000-\u02FF\u1E00-\u1EFF\u2070-\u218F]")
_BLANKED = re.compile(r"[^a-zA-Z0-9 .@/\-_\"]")
_HTML_TAG = re.compile(r"</?([^>]+)>")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/@]{50,}")
_WORD = re.compile(r"[^\W_]+(?:[.@/][^\W_]+)*")
_MINIMUM_SUBSTRING = 3
_STOP_WORDS_TEXT = (
    "a about above after again against all am an and any are as at be because been before being below between both but "
    "by can did do does doing don down during each few for from further had has have having he her here hers him his "
    "how i if in into is it its just me more most my no nor not now of off on once only or other our out over own s "
    "same she should so some such t than that the their them then there these they this those through to too under "
    "until up very was we were what when where which while who whom why will with you your"
)
_STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())
_VOWEL = re.compile(r"[aeiouy]")


def stem(word: str) -> str:
    """A short form of the English stemmer: enough that push, pushed, pushes and pushing are one word."""
    if len(word) <= 2 or not word.isascii() or not word.isalpha():
        return word
    for ending, instead in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("us", "us"), ("s", "")):
        if word.endswith(ending):
            word = word[: -len(ending)] + instead
            break
    for ending in ("ingly", "edly", "ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) > 1 and _VOWEL.search(root):
            word = _undoubled(root)
            break
    for ending in ("ation", "ness", "ment", "ly"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) > 3:
            word = root + ("at" if ending == "ation" else "")
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def _undoubled(root: str) -> str:
    if len(root) > 2 and root[-1] == root[-2] and root[-1] not in "lsz":
        return root[:-1]
    return root


def words(text: str) -> list[str]:
    """The stems of a text in order, stop words left out. `a-b` gives a and b, `zd-12` gives zd and 12."""
    cleaned = _LONG_RUN.sub(" ", _HTML_TAG.sub(r" \1 ", text)).lower()
    return [stem(word) for word in _WORD.findall(cleaned) if word not in _STOP_WORDS]


class SearchIndex:
    """Words to issues, for one project. Texts are taken in when the first search after them needs them."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[str, str]] = {}
        self._texts: dict[int, tuple[str, str]] = {}
        self._words: dict[int, tuple[list[str], list[str]]] = {}
        self._postings: dict[str, set[int]] = {}
        self._sorted: list[str] | None = None

    def put(self, iid: int, title: str, description: str) -> None:
        self._waiting[iid] = (title, description)

    def find(self, query: str, fields: Iterable[str] = ("title", "description")) -> set[int]:
        """The iids that match; an empty query matches all."""
        self._index_waiting()
        names = frozenset(fields)
        if _OUTSIDE_LATIN.search(query):
            return self._find_substrings(query, names)
        phrases = [words(phrase) for phrase in re.findall(r'"([^"]*)"', query)]
        loose = _BLANKED.sub(" ", re.sub(r'"[^"]*"', " ", query))
        found: set[int] | None = None
        terms = [(word, True) for word in words(loose)] + [(word, False) for phrase in phrases for word in phrase]
        for word, as_prefix in terms:
            hits = self._with(word, as_prefix)
            found = hits if found is None else found & hits
        if found is None:
            return set(self._texts)
        return {iid for iid in found if self._matches(iid, terms, phrases, names)}

    def _index_waiting(self) -> None:
        for iid, (title, description) in self._waiting.items():
            for word in {word for part in self._words.get(iid, ()) for word in part}:
                self._postings[word].discard(iid)
            self._texts[iid] = (title.lower(), description.lower())
            self._words[iid] = (words(title), words(description))
            for word in {word for part in self._words[iid] for word in part}:
                if word not in self._postings:
                    self._postings[word] = set()
                    self._sorted = None
                self._postings[word].add(iid)
        self._waiting.clear()

    def _with(self, word: str, as_prefix: bool) -> set[int]:
        if not as_prefix:
            return set(self._postings.get(word, ()))
        if self._sorted is None:
            self._sorted = sorted(self._postings)
        hits: set[int] = set()
        place = bisect_left(self._sorted, word)
        while place < len(self._sorted) and self._sorted[place].startswith(word):
            hits |= self._postings[self._sorted[place]]
            place += 1
        return hits

    def _matches(
        self, iid: int, terms: list[tuple[str, bool]], phrases: list[list[str]], names: frozenset[str]
    ) -> bool:
        title, description = self._words[iid]
        parts = [part for name, part in (("title", title), ("description", description)) if name in names]
        if len(parts) < 2:
            for word, as_prefix in terms:
                if not any(w == word or (as_prefix and w.startswith(word)) for part in parts for w in part):
                    return False
        return all(any(_adjacent(phrase, part) for part in parts) for phrase in phrases if phrase)

    def _find_substrings(self, query: str, names: frozenset[str]) -> set[int]:
        wanted = [word for word in query.lower().split() if len(word) >= _MINIMUM_SUBSTRING] or [query.lower()]
        found = set()
        for iid, (title, description) in self._texts.items():
            parts = [part for name, part in (("title", title), ("description", description)) if name in names]
            if all(any(word in part for part in parts) for word in wanted):
                found.add(iid)
        return found


def _adjacent(phrase: list[str], part: list[str]) -> bool:
    length = len(phrase)
    return any(part[place : place + length] == phrase for place in range(len(part) - length + 1))
