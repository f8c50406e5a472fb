"""The arithmetic, against the formula written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.similarity.bm25 import (
    BENT,
    COMMON_SHARE,
    DOUBT,
    K1,
    PRIOR_ISSUES,
    PRIOR_LENGTH,
    WEIGHTS,
    B,
    rarity,
    together,
)
from app.similarity.index import SimilarityIndex
from app.similarity.terms import COMMON_TERMS, counted
from tests.app.similarity.issues import ISSUES, PROJECT

QUERIES = [
    ("Mattermost login loops", "redirect after redirect, never seen the like"),
    ("500 in CI/CD settings: CipherError", "OpenSSL::Cipher::CipherError"),
    ("script fails", ""),
]


@pytest.mark.parametrize(("subject", "body"), QUERIES)
def test_scores_are_those_of_the_formula(subject: str, body: str) -> None:
    index = SimilarityIndex()
    index.add_all(ISSUES)
    near = index.search(subject, body, group=PROJECT)
    assert {one.key.number: pytest.approx(one.bm25, abs=1e-6) for one in near} == _by_hand(subject, body)


def _by_hand(subject: str, body: str) -> dict[int, float]:
    texts = {issue.number: counted(issue.title, issue.description) for issue in ISSUES}
    asked = counted(subject, body)
    mean = (sum(text.total() for text in texts.values()) + PRIOR_ISSUES * PRIOR_LENGTH) / (len(texts) + PRIOR_ISSUES)

    def rare(term: str) -> float:
        held = sum(term in text for text in texts.values()) + COMMON_SHARE * PRIOR_ISSUES * (term in COMMON_TERMS)
        return math.log(1 + (len(texts) + PRIOR_ISSUES - held + 0.5) / (held + 0.5))

    def score(text: dict[str, int]) -> float:
        damping = K1 * (1 - B + B * sum(text.values()) / mean)
        return sum(
            math.sqrt(times) * WEIGHTS.get(term[0], 1) * rare(term) * text[term] * (K1 + 1) / (text[term] + damping)
            for term, times in asked.items()
            if term in text
        )

    possible = score(asked) + DOUBT * rare("held by none")
    return {iid: min(score(text) / possible, 1) ** BENT for iid, text in texts.items() if score(text) > 0}


def test_a_rare_word_tells_more_than_a_common_one_and_none_tells_nothing_or_less() -> None:
    rarities = rarity(np.array([0.0, 1, 500, 1000]), np.array([False, False, False, True]), 1000)
    assert (np.diff(rarities) < 0).all()
    assert (rarities > 0).all()


def test_the_mean_with_the_cosine_where_there_is_one() -> None:
    scores = together(np.array([5.0, 5, 5, 20]), 10.0, np.array([np.nan, 0.7, -0.4, 1.0], dtype=np.float32))
    assert scores.tolist() == pytest.approx([0.5**BENT, 0.6, 0.25, 1.0])
