"""An inverted index in memory: which rows hold which term, and how often. It changes in place, one row at a time.

Why not tantivy or bm25s: docs/decisions/0003-own-issue-index.md. Its owner holds a lock around each call.
"""

import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.similarity.bm25 import TextQuery, damping, text_query
from app.similarity.columns import with_row

COUNT_BITS = 6
"""A row (or term) and its count share 32 bits: 64 million rows, and a term counts 63 times at most."""
MOST_COUNTED = 2**COUNT_BITS - 1
FEW = 64
"""Postings among which Python finds one faster than numpy."""
MOST_POSTINGS = 400_000
"""Postings that are read for one text, the heaviest terms first; the common ones only order what these found."""


class Postings:
    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        """The vocabulary. It only grows: the number of a term is its place in `_by_term`."""
        self._by_term: list[array[int]] = []
        """Row and count, in no order."""
        self._by_row: list[array[int]] = []
        """Term and count, in the order of the text."""
        self._lengths = np.zeros(0, dtype=np.float32)
        self._total_length = 0.0

    def put(self, row: int, counts: Mapping[str, int]) -> None:
        """Make these the row's terms, whatever it held before. A new row is the one behind the last."""
        terms = self._packed(counts)
        if row == len(self._by_row):
            self._by_row.append(array("I"))
            self._lengths = with_row(self._lengths, row)
        if terms == self._by_row[row]:
            return
        for term in self._by_row[row]:
            held = self._by_term[term >> COUNT_BITS]
            packed = row << COUNT_BITS | term & MOST_COUNTED
            place = held.index(packed) if len(held) <= FEW else int((_view(held) == packed).argmax())
            held[place] = held[-1]
            held.pop()
        for term in terms:
            self._by_term[term >> COUNT_BITS].append(row << COUNT_BITS | term & MOST_COUNTED)
        self._by_row[row] = terms
        length = sum(term & MOST_COUNTED for term in terms)
        self._total_length += length - float(self._lengths[row])
        self._lengths[row] = length

    def _packed(self, counts: Mapping[str, int]) -> "array[int]":
        numbers = self._numbers
        terms = array("I")
        for term, count in counts.items():
            number = numbers.setdefault(term, len(numbers))
            terms.append(number << COUNT_BITS | min(count, MOST_COUNTED))
        self._by_term += (array("I") for _ in range(len(numbers) - len(self._by_term)))
        return terms

    def frequency(self, term: str) -> int:
        """How many rows hold it."""
        number = self._numbers.get(term)
        return 0 if number is None else len(self._by_term[number])

    def issues_with(self, terms: Collection[str], *, enough: int) -> int:
        """How many rows hold all of these terms; counts no further than it takes to know that they are not enough."""
        rarest = sorted(terms, key=self.frequency)
        if self.frequency(rarest[0]) < enough:
            return 0
        rows = self._rows_of(rarest[0])
        for term in rarest[1:]:
            rows = np.intersect1d(rows, self._rows_of(term), assume_unique=True)
            if len(rows) < enough:
                break
        return len(rows)

    def _rows_of(self, term: str) -> NDArray[np.intp]:
        return (_view(self._by_term[self._numbers[term]]) >> COUNT_BITS).astype(np.intp)

    def query(self, counts: Mapping[str, int], issues: int, printed: Collection[str] = ()) -> TextQuery:
        """`counts` of the text that is looked for among so many issues; its terms that a program `printed`."""
        return text_query(counts, self.frequency, issues, self._total_length, printed)

    def scores(self, query: TextQuery) -> tuple[NDArray[np.float64], bool]:
        """BM25 of each row, and whether all terms went into it: common ones are left out where there are too many."""
        held = [(at, self._by_term[self._numbers[name]]) for at, name in enumerate(query.names) if self.frequency(name)]
        sizes = [len(postings) for _, postings in held]
        within = int(np.searchsorted(np.cumsum(sizes), MOST_POSTINGS, side="right")) or 1
        packed = _joined([postings for _, postings in held[:within]])
        rows, counts = (packed >> COUNT_BITS).astype(np.intp), (packed & MOST_COUNTED).astype(np.float32)
        weights = query.weights[[at for at, _ in held[:within]]].astype(np.float32).repeat(sizes[:within])
        amounts = weights * counts / (counts + damping(self._lengths, query.mean_length)[rows])
        return np.bincount(rows, amounts, len(self._lengths)).astype(np.float64, copy=False), within >= len(held)

    def contributions(
        self, query: TextQuery, rows: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """What each term adds to each of `rows`: parallel places in `rows`, in `query.names`, and amounts."""
        of_rows = [self._by_row[row] for row in rows]
        packed = _joined(of_rows)
        owners = np.arange(len(rows)).repeat([len(terms) for terms in of_rows])
        asked = np.array([self._numbers.get(name, -1) for name in query.names])
        order = asked.argsort()
        found = np.searchsorted(asked, packed >> COUNT_BITS, sorter=order).clip(max=len(asked) - 1)
        places = order[found]
        hits = np.flatnonzero(asked[places] == packed >> COUNT_BITS)
        owners, places, counts = owners[hits], places[hits], (packed[hits] & MOST_COUNTED).astype(np.float64)
        damped = damping(self._lengths[rows[owners]], query.mean_length)
        return owners, places, query.weights[places] * counts / (counts + damped)

    def scores_of(self, query: TextQuery, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """BM25 of `rows` by all terms."""
        owners, _, amounts = self.contributions(query, rows)
        return np.bincount(owners, amounts, len(rows)).astype(np.float64, copy=False)

    def held(self, row: int, terms: Iterable[str]) -> frozenset[str]:
        """Which of the terms it holds."""
        numbers = {self._numbers[term]: term for term in terms if term in self._numbers}
        return frozenset(numbers[at] for term in self._by_row[row] if (at := term >> COUNT_BITS) in numbers)

    def length(self, row: int) -> float:
        """Of its terms, each as often as it stands there."""
        return float(self._lengths[row])

    @property
    def bytes_held(self) -> int:
        return self._lengths.nbytes + sum(map(sys.getsizeof, (*self._by_term, *self._by_row)))


def _view(packed: "array[int]") -> NDArray[np.uint32]:
    """A view. While it lives, the array cannot grow."""
    return np.frombuffer(packed, dtype=np.uint32)


def _joined(arrays: "Sequence[array[int]]") -> NDArray[np.uint32]:
    return np.concatenate([np.zeros(0, dtype=np.uint32), *map(_view, arrays)])
