"""The score of an issue for a text: BM25, brought to 0..1, and its mean with the cosine of the two meanings.

Constants are round numbers that hold on several public sets of duplicate reports (`make bench ARGS=duplicates`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.similarity.terms import COMMON_TERMS, IDENTIFIER, NUMBER

K1 = 2.0
B = 0.9
WEIGHTS = {IDENTIFIER: 1.5, NUMBER: 0.5}
"""By the first sign of a term; 1 for words."""
PRIOR_ISSUES = 200
PRIOR_LENGTH = 60
"""Issues that the index pretends to hold besides its own, so that five issues do not make every word a rare one."""
COMMON_SHARE = 0.1
"""In how many of those a word of COMMON_TERMS stands."""
DOUBT = 6.0
"""Words, as rare as can be, that are added to what a text could score: three words in common prove little."""
BENT = 0.6
"""Exponent that makes a score from words alone mean what it means with the cosine."""
PRINTED_SHARE = 0.25
"""What programs printed counts at most so much of what the author says, or as much as DOUBT."""
MOST_ASKED = 200
"""Terms of a text that are looked for, the heaviest."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """The terms of a text that is looked for, the heaviest first."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    """What each of `names` adds at most; `count / (count + damping)` of it where it stands `count` times."""
    possible: float
    """What an issue with the very same words would score, with DOUBT added."""
    mean_length: float


def text_query(
    counts: Mapping[str, int],
    frequency: Callable[[str], int],
    issues: int,
    total_length: float,
    printed: Collection[str] = (),
) -> TextQuery:
    """`counts`: how often each term occurs in the text. `frequency`: how many issues hold a term. `printed`: the terms
    that the author did not write."""
    names = np.array(list(counts), dtype=object)
    occurring = np.array(list(counts.values()), dtype=np.float64)
    rarities = rarity(
        np.array([frequency(name) for name in counts], dtype=np.float64),
        np.array([name in COMMON_TERMS for name in counts], dtype=np.bool_),
        issues,
    )
    weights = np.sqrt(occurring) * rarities * np.array([WEIGHTS.get(name[0], 1.0) for name in counts])
    doubt = DOUBT * float(rarity(np.zeros(()), np.zeros((), dtype=np.bool_), issues))
    if printed:
        weights *= _shares(np.array([name in printed for name in counts], dtype=np.bool_), weights, doubt)
    heaviest = np.argsort(-weights, kind="stable")[:MOST_ASKED]
    occurring, weights = occurring[heaviest], weights[heaviest]
    mean_length = (total_length + PRIOR_ISSUES * PRIOR_LENGTH) / (issues + PRIOR_ISSUES)
    full = (K1 + 1) * weights * occurring / (occurring + damping(occurring.sum(), mean_length))
    return TextQuery(tuple(names[heaviest]), (K1 + 1) * weights, float(full.sum()) + doubt, mean_length)


def _shares(printed: NDArray[np.bool_], weights: NDArray[np.float64], doubt: float) -> NDArray[np.float64]:
    """Two bugs may have one log: what the author says decides, if he says anything."""
    said, by_program = weights[~printed].sum(), weights[printed].sum()
    least = min(1.0, max(PRINTED_SHARE * said, doubt / 3) / by_program) if said > doubt / 3 and by_program else 1.0
    return np.where(printed, least, 1.0)


def rarity(frequencies: NDArray[np.float64], common: NDArray[np.bool_], issues: int) -> NDArray[np.float64]:
    """Inverse document frequency, always above 0."""
    smoothed = frequencies + np.where(common, COMMON_SHARE * PRIOR_ISSUES, 0.0)
    return np.log1p((issues + PRIOR_ISSUES - smoothed + 0.5).clip(0.5) / (smoothed + 0.5))


def damping(lengths: NDArray[Any], mean_length: float) -> NDArray[Any]:
    """By how much each text's length damps what its terms add."""
    damped: NDArray[Any] = K1 * (1 - B + B * lengths / mean_length)
    return damped


def from_words(scores: NDArray[np.float64], possible: float) -> NDArray[np.float64]:
    """BM25 as 0..1: the share of what the text could have scored, bent."""
    return np.minimum(scores / possible, 1.0) ** BENT


def together(scores: NDArray[np.float64], possible: float, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """0..1: by words alone where there is no cosine (NaN), else the mean of the share and the cosine."""
    both: NDArray[np.float64] = (np.minimum(scores / possible, 1.0) + cosines.clip(0, 1)) / 2
    without = np.isnan(cosines)
    return np.where(without, from_words(scores, possible), both) if without.any() else both
