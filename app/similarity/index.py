"""Issues and other texts that a ticket may be about, in memory: put in one by one or in batches.

They are found by words and by meaning.

Scores come from counts when they are asked for: adding one by one or all at once gives the same index.
"""

import math
import threading
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.similarity.bm25 import TextQuery, from_words, together
from app.similarity.columns import with_row
from app.similarity.opposites import TELLING, are_opposites
from app.similarity.postings import Postings
from app.similarity.terms import counted, printed, shown, spellings, terms
from app.similarity.text import normal
from app.similarity.vectors import VECTOR_NAME, Floats, Vector, VectorTable

PRESELECTED = 300
"""Texts, by words and again by meaning, that are compared exactly."""
FEW = 30
"""Texts that are all compared exactly, because to choose among them would take longer."""
MOST_SHARED = 5
FEWEST_ALIKE = 5
SHARE_ALIKE = 200
"""A line is boilerplate where one text in so many has all its words, and at least FEWEST_ALIKE have."""
MOST_OPPOSITE = 0.6
"""The most that a text which says the opposite scores: a person may see it, but it is not linked."""
MOST_LONGER = 1.5
FEWEST_IN_LINE = 4
"""Terms: of shorter lines the words stand together by chance."""


class TextKey(NamedTuple):
    group: int
    number: int


@dataclass(frozen=True, slots=True)
class IndexedText:
    """A text to be found, within its group: a project, a collection. The index itself does not keep it."""

    group: int
    number: int
    title: str
    description: str = ""
    closed_at: datetime | None = None
    """With its time zone; one without is taken for UTC. None: it is open."""
    vector: Vector | None = None

    @property
    def key(self) -> TextKey:
        return TextKey(self.group, self.number)


@dataclass(frozen=True, slots=True)
class SimilarText:
    key: TextKey
    score: float
    """0..1; what `link_at` and `suggest_at` are compared with."""
    bm25: float
    """0..1, from the words alone."""
    semantic: float | None
    """Cosine of the meanings, 0..1; None if one of the two has no vector."""
    shared: tuple[str, ...]
    """The words and identifiers in common that count most, as the text spells them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The text that is looked for."""

    query: TextQuery
    meaning: Floats | None
    telling: AbstractSet[str]
    """Its terms of TELLING that the author wrote."""
    length: float


class SimilarityIndex:
    """For any thread. A search takes a few milliseconds and waits for one text to be put in, never for a batch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[TextKey, int] = {}
        self._free: list[int] = []
        """Rows of texts that were removed."""
        self._postings = Postings()
        self._vectors = VectorTable()
        self._groups = np.zeros(0, dtype=np.int64)
        self._row_numbers = np.zeros(0, dtype=np.int64)
        self._closed = np.zeros(0, dtype=np.float64)
        """Seconds since 1970; infinite while it is open."""
        self._changed = np.zeros(0, dtype=np.int64)
        """The revision that put it in, or touched it last."""
        self._revision = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @property
    def revision(self) -> int:
        """Goes up with every text that is put in or touched."""
        return self._revision

    def touch(self, key: TextKey) -> None:
        """Whoever looks for what changed finds it again."""
        with self._lock:
            if (row := self._rows.get(key)) is not None:
                self._note_change(row)

    def add_all(self, texts: Iterable[IndexedText]) -> None:
        """Or replace, where a key is known. Of several with one key the last one counts.

        A vector of another encoder is as good as none. Raises VectorError for a vector that is broken, and then nothing
        has changed.
        """
        latest = [(text, self._numbers(text.vector)) for text in {text.key: text for text in texts}.values()]
        for text, numbers in latest:
            counts = counted(text.title, text.description)
            with self._lock:
                self._put(text, counts, numbers)

    def remove(self, key: TextKey) -> None:
        """A key that is not known is passed over."""
        with self._lock:
            row = self._rows.pop(key, None)
            if row is not None:
                self._postings.put(row, {})
                self._vectors.put(row, None)
                self._groups[row] = -1
                self._free.append(row)

    def search(
        self,
        subject: str,
        body: str = "",
        *,
        group: int,
        k: int = 10,
        closed_after: datetime | None = None,
        changed_after: int = 0,
        vector: Vector | None = None,
        least: float = 0.0,
    ) -> list[SimilarText]:
        """The `k` nearest texts of the group, the nearest first; none for a text without a word to look for.

        `closed_after` concerns closed ones only. `changed_after`: a revision. `least`: the score from which on they are
        wanted. `vector` is that of `vectors(encoder, [(subject, body)])`.
        """
        counts, meaning, after = counted(subject, body), self._numbers(vector), _seconds(closed_after)
        if not counts or k < 1:
            return []
        with self._lock:
            query = self._postings.query(counts, len(self._rows), by_program := printed(body))
            telling = TELLING & (counts.keys() - by_program)
            asked = _Asked(query, meaning, telling, sum(counts.values()))
            allowed = (self._groups == group) & (self._closed >= after) & (self._changed > changed_after)
            found = self._nearest(asked, allowed, k, least) if allowed.any() else []
        spelled = spellings(subject, body) if found else {}
        return [replace(one, shared=tuple(dict.fromkeys(shown(term, spelled) for term in one.shared))) for one in found]

    def without_boilerplate(self, body: str) -> str:
        """`body` without lines that many texts hold: footers, templates, logs. All of it, if nothing else is left."""
        lines = [(line, set(terms(line))) for line in normal(body).splitlines()]
        with self._lock:
            many = max(FEWEST_ALIKE, len(self._rows) // SHARE_ALIKE)
            kept = [line for line, names in lines if not self._are_in_many(names, many)]
        return "\n".join(kept) if terms("\n".join(kept)) else body

    def _are_in_many(self, names: AbstractSet[str], many: int) -> bool:
        return len(names) >= FEWEST_IN_LINE and self._postings.issues_with(names, enough=many) >= many

    def frequency(self, word: str) -> int:
        """How many texts hold it, in any of its forms; of several words, the rarest."""
        with self._lock:
            return min((self._postings.frequency(term) for term in terms(word)), default=0)

    @property
    def bytes_held(self) -> int:
        """Of the arrays, which is most of it; keys and the vocabulary come on top."""
        columns = sum(one.nbytes for one in (self._groups, self._row_numbers, self._closed, self._changed))
        return columns + self._postings.bytes_held + self._vectors.bytes_held

    def _numbers(self, vector: Vector | None) -> Floats | None:
        return vector.numbers() if vector and vector.of == VECTOR_NAME else None

    def _put(self, text: IndexedText, counts: Mapping[str, int], meaning: Floats | None) -> None:
        row = self._rows.get(text.key)
        if row is None:
            row = self._rows[text.key] = self._free.pop() if self._free else len(self._rows)
            if row >= len(self._groups):
                self._groups, self._row_numbers = with_row(self._groups, row), with_row(self._row_numbers, row)
                self._closed, self._changed = with_row(self._closed, row), with_row(self._changed, row)
            self._groups[row], self._row_numbers[row] = text.key
        self._closed[row] = _seconds(text.closed_at) if text.closed_at else math.inf
        self._postings.put(row, counts)
        self._vectors.put(row, meaning)
        self._note_change(row)

    def _note_change(self, row: int) -> None:
        self._revision += 1
        self._changed[row] = self._revision

    def _likely(self, asked: _Asked, allowed: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Rows that are compared exactly, and their BM25."""
        rows = np.flatnonzero(allowed)
        if len(rows) <= FEW:
            return rows, self._postings.scores_of(asked.query, rows)
        by_words, whole = self._postings.scores(asked.query)
        rows = np.flatnonzero((by_words > 0) & allowed)
        if len(rows) > PRESELECTED:
            rows = rows[np.argpartition(-by_words[rows], PRESELECTED)[:PRESELECTED]]
        if asked.meaning is not None:
            chosen = np.zeros(len(allowed), dtype=np.bool_)
            chosen[rows] = chosen[self._vectors.nearest(asked.meaning, allowed, PRESELECTED)] = True
            rows = np.flatnonzero(chosen)
        return rows, by_words[rows] if whole else self._postings.scores_of(asked.query, rows)

    def _nearest(self, asked: _Asked, allowed: NDArray[np.bool_], most: int, least: float) -> list[SimilarText]:
        """`shared` holds terms, not yet as the text spells them."""
        query = asked.query
        rows, words = self._likely(asked, allowed)
        cosines = self._vectors.cosines(asked.meaning, rows)
        scores = together(words, query.possible, cosines)
        best = np.lexsort((self._row_numbers[rows], -scores))[:most]
        best = best[scores[best] >= least]
        for at in best:
            if scores[at] > MOST_OPPOSITE and self._is_opposite(int(rows[at]), asked):
                scores[at] = MOST_OPPOSITE
        best = best[np.lexsort((self._row_numbers[rows[best]], -scores[best]))]
        return [
            self._similar(int(rows[at]), float(scores[at]), float(cosines[at]), query)
            for at in best
            if scores[at] > 0 and scores[at] >= least  # the opposite of the text may score less by now
        ]

    def _is_opposite(self, row: int, asked: _Asked) -> bool:
        shorter, longer = sorted((asked.length, self._postings.length(row)))
        held = self._postings.held(row, TELLING)
        return are_opposites(asked.telling, held, alike_long=longer <= MOST_LONGER * shorter)

    def _similar(self, row: int, score: float, cosine: float, query: TextQuery) -> SimilarText:
        _, places, amounts = self._postings.contributions(query, np.array([row]))
        places, amounts = places[amounts > 0], amounts[amounts > 0]
        strongest = places[np.argsort(-amounts, kind="stable")[:MOST_SHARED]]
        return SimilarText(
            TextKey(int(self._groups[row]), int(self._row_numbers[row])),
            score=min(score, 1.0),
            bm25=float(from_words(amounts.sum(), query.possible)),
            semantic=None if math.isnan(cosine) else min(max(cosine, 0.0), 1.0),
            shared=tuple(query.names[place] for place in strongest),
        )


def _seconds(at: datetime | None) -> float:
    """Since 1970; 0 for None. Without a time zone it is UTC."""
    if at is None:
        return 0.0
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
