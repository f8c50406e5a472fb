"""How near an issue is to a text: BM25, brought to 0..1, and the mean of that and the cosine of the meanings.

Constants are round numbers that hold on several public sets of duplicate reports (`make bench ARGS=duplicates`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.similarity.segment import Segment
from app.similarity.terms import IDENTIFIER, NUMBER

K1 = 2.0
B = 0.9
WEIGHTS = {IDENTIFIER: 1.5, NUMBER: 0.5}
"""By the first sign of a term; 1 for words."""
PRIOR_ISSUES = 200
PRIOR_LENGTH = 60
"""Issues that the index is taken to hold besides its own, so that five issues do not make every word a rare one."""
COMMON_SHARE = 0.1
"""In how many of those a word of COMMON_WORDS stands."""
DOUBT = 6.0
"""Words, as rare as can be, that are added to what a text could score: three words in common prove little."""
BENT = 0.6
"""Exponent that makes a score from words alone mean what it means with the cosine."""
MOST_POSTINGS = 400_000
"""Places that are looked at in the first pass, the rarest terms first; the common ones only order what these found."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text that is looked for."""

    ids: NDArray[np.int64]
    """Its terms that the index knows, ascending."""
    weights: NDArray[np.float64]
    """What each of `ids` counts."""
    possible: float
    """What an issue with the very same words would score, with DOUBT added."""
    mean_length: float


def rarity(frequencies: NDArray[np.float64], common: NDArray[np.bool_], issues: int) -> NDArray[np.float64]:
    """Inverse document frequency, always above 0."""
    smoothed = frequencies + np.where(common, COMMON_SHARE * PRIOR_ISSUES, 0.0)
    return np.log1p((issues + PRIOR_ISSUES - smoothed + 0.5).clip(0.5) / (smoothed + 0.5))


def mean_length(total: int, issues: int) -> float:
    return (total + PRIOR_ISSUES * PRIOR_LENGTH) / (issues + PRIOR_ISSUES)


def ask(
    ids: Sequence[int | None],
    counts: Sequence[int],
    kinds: Sequence[float],
    rarities: NDArray[np.float64],
    *,
    rarest: float,
    length: float,
) -> Question:
    """A question of parallel terms: id (None: unknown to the index), occurrences, weight of its kind, rarity."""
    occurring = np.array(counts, dtype=np.float64)
    weights = np.sqrt(occurring) * np.array(kinds, dtype=np.float64) * rarities
    damped = K1 * (1 - B + B * occurring.sum() / length)
    possible = float((weights * occurring * (K1 + 1) / (occurring + damped)).sum()) + DOUBT * rarest
    known = np.array([number is not None for number in ids], dtype=np.bool_)
    numbers = np.array([number for number in ids if number is not None], dtype=np.int64)
    order = np.argsort(numbers)
    return Question(numbers[order], weights[known][order], possible, length)


def bm25(segment: Segment, question: Question, budget: float = MOST_POSTINGS) -> tuple[NDArray[np.float64], bool]:
    """(issues) scores, and whether all terms went into them: common ones are left out where there are too many."""
    if not len(segment.held) or not len(question.ids):
        return np.zeros(len(segment)), True
    places = np.searchsorted(segment.held, question.ids).clip(max=len(segment.held) - 1)
    found = np.flatnonzero(segment.held[places] == question.ids)
    if not len(found):
        return np.zeros(len(segment)), True
    found = found[np.argsort(-question.weights[found], kind="stable")]
    first = segment.held_starts[places[found]]
    sizes = segment.held_starts[places[found] + 1] - first
    within = int(np.searchsorted(np.cumsum(sizes), budget, side="right")) or 1
    slices = [slice(start, start + size) for start, size in zip(first[:within], sizes[:within], strict=True)]
    rows = np.concatenate([segment.rows[at] for at in slices])
    counts = np.concatenate([segment.row_counts[at] for at in slices]).astype(np.float32)
    weights = np.repeat((question.weights[found[:within]] * (K1 + 1)).astype(np.float32), sizes[:within])
    damping = _damping(segment.lengths, question)
    return summed(rows, weights * counts / (counts + damping[rows]), len(segment)), within >= len(found)


def contributions(
    segment: Segment, question: Question, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """What each term of the question adds to each of `rows`: parallel places in `rows`, in `ids`, and amounts."""
    sizes = segment.starts[rows + 1] - segment.starts[rows]
    owners = np.repeat(np.arange(len(rows)), sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = segment.starts[rows][owners] + within
    known = np.append(question.ids, -1)
    places = np.searchsorted(question.ids, segment.terms[at])
    hits = np.flatnonzero(known[places] == segment.terms[at])
    owners, places, counts = owners[hits], places[hits], segment.counts[at[hits]].astype(np.float64)
    damping = _damping(segment.lengths[rows], question)[owners]
    return owners, places, question.weights[places] * (K1 + 1) * counts / (counts + damping)


def from_words(scores: NDArray[np.float64], question: Question) -> NDArray[np.float64]:
    """BM25 as 0..1: the share of what the question could have scored, bent."""
    return np.minimum(scores / question.possible, 1.0) ** BENT


def together(scores: NDArray[np.float64], question: Question, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """0..1: by words alone where there is no cosine (NaN), else the mean of the share and the cosine."""
    share = np.minimum(scores / question.possible, 1.0)
    both = (share + np.clip(np.nan_to_num(cosines), 0, 1)) / 2
    return np.where(np.isnan(cosines), share**BENT, both)


def summed(owners: NDArray[np.intp] | NDArray[np.int32], amounts: NDArray[Any], size: int) -> NDArray[np.float64]:
    return np.bincount(owners, weights=amounts, minlength=size).astype(np.float64, copy=False)


def _damping(lengths: NDArray[np.float32], question: Question) -> NDArray[np.float32]:
    return np.asarray(K1 * (1 - B + B * lengths / question.mean_length), dtype=np.float32)
