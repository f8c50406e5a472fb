"""GitLab's issue search as PostgreSQL does it: English stems, every word must be there, each word matches as a prefix.

After app/models/concerns/pg_full_text_searchable.rb. Texts outside Latin script fall back to substring search, which
already one typographic quote in the query is enough for. Nothing is ranked.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain, islice, takewhile

from Stemmer import Stemmer

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
_STEMMER = Stemmer("english", 0)


def stem(word: str) -> str:
    """Of words only: PostgreSQL leaves numbers and names with digits as they are."""
    return _STEMMER.stemWord(word) if word.isascii() and word.isalpha() else word


def words(text: str) -> list[str]:
    """The stems of a text in order, stop words left out. `a-b` gives a and b, `zd-12` gives zd and 12."""
    cleaned = _LONG_RUN.sub(" ", _HTML_TAG.sub(r" \1 ", text)).lower()
    return [stem(word) for word in _WORD.findall(cleaned) if word not in _STOP_WORDS]


class SearchIndex:
    """Words to issues, for one project. Texts are indexed when the first search after them needs them."""

    def __init__(self) -> None:
        self._waiting: dict[int, dict[str, str]] = {}
        self._texts: dict[int, dict[str, str]] = {}
        """By field, as in all that follows; in lower case."""
        self._words: dict[int, dict[str, list[str]]] = {}
        self._postings: dict[str, set[int]] = {}
        self._sorted: list[str] | None = None

    def put(self, iid: int, title: str, description: str) -> None:
        self._waiting[iid] = {"title": title, "description": description}

    def find(self, query: str, fields: Iterable[str] = ("title", "description")) -> set[int]:
        """The iids that match; an empty query matches all."""
        self._index_waiting()
        names = frozenset(fields)
        if _OUTSIDE_LATIN.search(query):
            return self._find_substrings(query, names)
        phrases = [words(phrase) for phrase in re.findall(r'"([^"]*)"', query)]
        loose = words(_BLANKED.sub(" ", re.sub(r'"[^"]*"', " ", query)))
        hits = [self._with_prefix(word) for word in loose]
        hits += [self._postings.get(word, set()) for phrase in phrases for word in phrase]
        if not hits:
            return set(self._texts)
        return {iid for iid in set.intersection(*hits) if self._matches(iid, loose, phrases, names)}

    def _index_waiting(self) -> None:
        for iid, texts in self._waiting.items():
            for word in chain(*self._words.get(iid, {}).values()):
                self._postings[word].discard(iid)
            self._texts[iid] = {name: text.lower() for name, text in texts.items()}
            self._words[iid] = {name: words(text) for name, text in texts.items()}
            for word in chain(*self._words[iid].values()):
                if word not in self._postings:
                    self._postings[word] = set()
                    self._sorted = None
                self._postings[word].add(iid)
        self._waiting.clear()

    def _with_prefix(self, prefix: str) -> set[int]:
        if self._sorted is None:
            self._sorted = sorted(self._postings)
        first = bisect_left(self._sorted, prefix)
        known = takewhile(lambda word: word.startswith(prefix), islice(self._sorted, first, None))
        return set().union(*(self._postings[word] for word in known))

    def _matches(self, iid: int, loose: list[str], phrases: list[list[str]], names: frozenset[str]) -> bool:
        """What the postings do not say: in which field the words are, and whether a phrase's words are neighbours."""
        parts = [self._words[iid][name] for name in names]
        if len(parts) < len(self._words[iid]):  # else the postings said it
            among = list(chain(*parts))
            if not all(any(word.startswith(prefix) for word in among) for prefix in loose):
                return False
        return all(any(_adjacent(phrase, part) for part in parts) for phrase in phrases)

    def _find_substrings(self, query: str, names: frozenset[str]) -> set[int]:
        wanted = [word for word in query.lower().split() if len(word) >= _MINIMUM_SUBSTRING] or [query.lower()]
        return {
            iid
            for iid, texts in self._texts.items()
            if all(any(word in texts[name] for name in names) for word in wanted)
        }


def _adjacent(phrase: list[str], part: list[str]) -> bool:
    length = len(phrase)
    return any(part[place : place + length] == phrase for place in range(len(part) - length + 1))
