"""Rows are put in, changed and taken out, and the counts follow."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from app.similarity.postings import MOST_COUNTED, Postings


def of(*texts: str) -> Postings:
    postings = Postings()
    for row, text in enumerate(texts):
        postings.put(row, Counter(text.split()))
    return postings


def test_a_row_that_is_put_again_holds_only_the_new_terms() -> None:
    postings = of("runner stuck", "runner gone")
    postings.put(0, Counter(["wiki", "gone", "gone"]))
    assert {term: postings.frequency(term) for term in ("runner", "stuck", "gone", "wiki", "never")} == {
        "runner": 1,
        "stuck": 0,
        "gone": 2,
        "wiki": 1,
        "never": 0,
    }


def test_a_row_without_terms_scores_nothing_and_weighs_nothing() -> None:
    postings = of("runner stuck", "runner gone")
    alone = of("runner stuck")
    postings.put(1, {})
    query = postings.query(Counter(["runner", "gone"]), 1)
    assert query.possible == pytest.approx(alone.query(Counter(["runner", "gone"]), 1).possible)
    scores, whole = postings.scores(query)
    assert whole
    assert scores[0] > 0
    assert not scores[1:].any()


def test_scores_of_some_rows_are_those_of_all_rows() -> None:
    postings = of("runner stuck runner", "wiki", "runner gone stuck", "gone")
    query = postings.query(Counter(["runner", "runner", "stuck", "unheard"]), 4)
    scores, _ = postings.scores(query)
    rows = np.array([2, 1, 0])
    assert postings.scores_of(query, rows) == pytest.approx(scores[rows], rel=1e-6)


def test_no_text_is_too_repetitive() -> None:
    postings = Postings()
    postings.put(0, {"log": 100_000})
    postings.put(1, {"log": MOST_COUNTED})
    scores, _ = postings.scores(postings.query({"log": 1}, 2))
    assert scores[0] == scores[1] > 0
    postings.put(0, {})
    assert postings.frequency("log") == 1


def test_thousands_of_rows_fit() -> None:
    postings = of(*(f"word{row % 7} row{row}" for row in range(3_000)))
    scores, _ = postings.scores(postings.query({"row2999": 1}, 3_000))
    assert np.flatnonzero(scores).tolist() == [2_999]
