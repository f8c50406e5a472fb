"""One state of the index, and looking for candidates in it. It never changes, so any thread may read it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.similarity.scoring import (
    WEIGHTS,
    Question,
    ask,
    bm25,
    contributions,
    from_words,
    mean_length,
    rarity,
    summed,
    together,
)
from app.similarity.segment import IndexedIssue, IssueKey, Segment
from app.similarity.terms import COMMON_TERMS, counted, shown, spellings

MOST_ASKED = 200
"""Terms of a text that are looked for, the weightiest."""
PRESELECTED = 200
"""Issues of each segment, by words and again by meaning, that are compared exactly."""
MOST_SHARED = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    issue: IndexedIssue
    """Without description and vector."""
    score: float
    """0..1; what `link_at` and `suggest_at` are compared with."""
    bm25: float
    """0..1, from the words alone."""
    semantic: float | None
    """Cosine of the meanings, 0..1; None if the text or the issue has no vector."""
    shared: tuple[str, ...]
    """The words and identifiers in common that count most, as the text spells them."""

    @property
    def key(self) -> IssueKey:
        return self.issue.key


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which issues may be candidates."""

    project_id: int
    states: Collection[str]
    updated_after: float
    """Seconds since 1970, as `closed_after`."""
    closed_after: float
    """Of closed issues; one that does not say when it was closed goes by its last update."""
    without: frozenset[IssueKey]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    segment: Segment
    live: NDArray[np.bool_]

    def allowed(self, wanted: Wanted) -> NDArray[np.bool_]:
        segment = self.segment
        allowed = self.live & (segment.projects == wanted.project_id) & (segment.updated >= wanted.updated_after)
        closed = np.where(segment.closed > 0, segment.closed, segment.updated) >= wanted.closed_after
        of_opened, of_closed = "opened" in wanted.states, "closed" in wanted.states
        by_state = (segment.opened & of_opened) | (~segment.opened & closed & of_closed)
        return np.asarray(allowed & by_state, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    parts: tuple[Part, ...]
    vocabulary: Mapping[str, int]
    """Shared with later states and growing: a term with a number beyond `frequencies` is unknown here."""
    frequencies: NDArray[np.int32]
    """By term: how many live issues hold it."""
    issues: int
    total_length: int

    def search(
        self, subject: str, body: str, wanted: Wanted, asked: NDArray[np.float32] | None, most: int
    ) -> list[Candidate]:
        question, names = self._question(subject, body)
        if question is None:
            return []
        most = max(most, 0)
        hits = [hit for part in self.parts for hit in _hits(part, question, wanted, asked, most)]
        hits.sort(key=lambda hit: (-hit.score, hit.key))
        spelled = spellings(subject, body) if hits else {}
        return [_candidate(hit, question, names, spelled) for hit in hits[:most]]

    def frequency(self, term: str) -> int:
        number = self.vocabulary.get(term, len(self.frequencies))
        return int(self.frequencies[number]) if number < len(self.frequencies) else 0

    def _question(self, subject: str, body: str) -> tuple[Question | None, list[str]]:
        """The question, and the term behind each of its ids."""
        occurring = counted(subject, body)
        if not occurring:
            return None, []
        names = list(occurring)
        rarities = rarity(
            np.array([self.frequency(name) for name in names], dtype=np.float64),
            np.array([name in COMMON_TERMS for name in names], dtype=np.bool_),
            self.issues,
        )
        kinds = np.array([WEIGHTS.get(name[0], 1.0) for name in names])
        weighty = np.argsort(-rarities * kinds * np.sqrt(list(occurring.values())), kind="stable")[:MOST_ASKED]
        names = [names[place] for place in weighty]
        ids = [number if (number := self.vocabulary.get(name, -1)) >= 0 else None for name in names]
        question = ask(
            ids,
            [occurring[name] for name in names],
            kinds[weighty].tolist(),
            rarities[weighty],
            rarest=float(rarity(np.zeros(1), np.zeros(1, dtype=np.bool_), self.issues)[0]),
            length=mean_length(self.total_length, self.issues),
        )
        known = sorted((number, name) for number, name in zip(ids, names, strict=True) if number is not None)
        return question, [name for _, name in known]


@dataclass(frozen=True, slots=True)
class _Hit:
    part: Part
    row: int
    score: float
    cosine: float
    """NaN: the text or the issue has no vector."""

    @property
    def key(self) -> IssueKey:
        return self.part.segment.issues[self.row].key


def _hits(part: Part, question: Question, wanted: Wanted, asked: NDArray[np.float32] | None, most: int) -> list[_Hit]:
    """The part's `most` nearest issues, and those that are as near as the last of them."""
    segment, allowed = part.segment, part.allowed(wanted)
    by_words, whole = bm25(segment, question)
    rows = np.flatnonzero((by_words > 0) & allowed)
    if len(rows) > PRESELECTED:
        rows = rows[np.argpartition(-by_words[rows], PRESELECTED)[:PRESELECTED]]
    cosines = np.full(len(rows), np.nan, dtype=np.float32)
    if asked is not None and segment.meanings is not None:
        rows = np.union1d(rows, segment.meanings.nearest(asked, allowed, PRESELECTED))
        cosines = segment.meanings.cosines(asked, rows)
    scores = by_words[rows]
    if not whole:
        owners, _, amounts = contributions(segment, question, rows)
        scores = summed(owners, amounts, len(rows))
    scores = together(scores, question, cosines)
    if wanted.without:
        scores[[segment.issues[row].key in wanted.without for row in rows]] = 0
    enough = np.partition(scores, -most)[-most] if 0 < most < len(scores) else 0.0
    near = np.flatnonzero((scores > 0) & (scores >= enough))
    return [
        _Hit(part, *hit) for hit in zip(rows[near].tolist(), scores[near].tolist(), cosines[near].tolist(), strict=True)
    ]


def _candidate(hit: _Hit, question: Question, names: list[str], spelled: Mapping[str, str]) -> Candidate:
    """`names` are those of the question's terms, `spelled` how its text writes them."""
    _, places, amounts = contributions(hit.part.segment, question, np.array([hit.row]))
    strongest = np.argsort(-amounts, kind="stable")[:MOST_SHARED]
    return Candidate(
        issue=hit.part.segment.issues[hit.row],
        score=min(hit.score, 1.0),
        bm25=float(from_words(np.array([amounts.sum()]), question)[0]),
        semantic=None if math.isnan(hit.cosine) else min(max(hit.cosine, 0.0), 1.0),
        shared=tuple(dict.fromkeys(shown(names[place], spelled) for place in places[strongest])),
    )
