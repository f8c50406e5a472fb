"""Vectors: made, stored, compared."""

from __future__ import annotations

import numpy as np
import pytest

from app.model.encoder import DIMENSIONS, ENCODER_NAME, LONGEST, WEIGHTS_SHA256
from app.similarity.vectors import VECTOR_NAME, Vector, VectorError, VectorTable, embed, vectors
from tests.app.similarity.issues import LetterEncoder

TEXTS = [("Runner stuck", "for hours"), ("Wiki", "page lost"), ("Wiki", "pages are lost")]


def test_the_name_tells_encoder_weights_and_length_apart() -> None:
    assert VECTOR_NAME.startswith(ENCODER_NAME)
    assert WEIGHTS_SHA256[:12] in ENCODER_NAME
    assert f"/{LONGEST}/" in ENCODER_NAME


def test_one_row_for_each_text() -> None:
    made = embed(LetterEncoder(), TEXTS)
    assert made.shape == (3, DIMENSIONS)
    assert made.dtype == np.float16
    assert embed(LetterEncoder(), []).shape == (0, DIMENSIONS)


def test_survives_a_column_of_text() -> None:
    (made,) = vectors(LetterEncoder(), TEXTS[:1])
    assert Vector.from_text(made.as_text()) == made
    assert Vector.from_text("") is None
    assert Vector.from_text(Vector("another encoder", made.values).as_text()) is None


def test_survives_the_database() -> None:
    made = vectors(LetterEncoder(), TEXTS)
    assert [len(one.values) for one in made] == [2 * DIMENSIONS] * 3
    assert np.array_equal(made[1].numbers(), embed(LetterEncoder(), TEXTS)[1].astype(np.float32))


@pytest.mark.parametrize("values", [b"", b"123", np.full(DIMENSIONS, np.nan, dtype="<f2").tobytes()])
def test_what_is_no_vector_is_refused(values: bytes) -> None:
    with pytest.raises(VectorError, match="compute it again"):
        Vector(VECTOR_NAME, values).numbers()


def test_markup_does_not_change_the_meaning() -> None:
    one, other = vectors(LetterEncoder(), [("Wiki", "page lost"), ("Wiki", "<!-- zd -->page lost\n/label ~bug")])
    assert one == other


def test_compares_within_half_a_percent_and_finds_the_nearest_by_signs() -> None:
    random = np.random.default_rng(1)
    numbers = random.normal(size=(2_000, DIMENSIONS)).astype(np.float32)
    numbers[:20] += 2 * numbers[1_000]
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    meanings = VectorTable()
    for row, vector in enumerate(numbers):
        meanings.put(row, vector)
    meanings.put(2_000, None)
    asked, everywhere = numbers[1_000], np.ones(2_001, dtype=np.bool_)
    exact = numbers @ asked
    assert np.abs(meanings.cosines(asked, np.arange(2_000)) - exact).max() < 0.005
    assert np.isnan(meanings.cosines(asked, np.array([2_000]))).all()
    assert set(np.argsort(-exact)[:21]) <= set(meanings.nearest(asked, everywhere, 100))
    assert 2_000 not in meanings.nearest(asked, everywhere, 2_001)


def test_a_row_can_lose_its_vector() -> None:
    meanings, [vector] = VectorTable(), embed(LetterEncoder(), TEXTS[:1]).astype(np.float32)
    meanings.put(1, vector)
    assert meanings.nearest(vector, np.ones(2, dtype=np.bool_), 5).tolist() == [1]
    meanings.put(1, None)
    assert meanings.nearest(vector, np.ones(2, dtype=np.bool_), 5).tolist() == []
    assert np.isnan(meanings.cosines(vector, np.array([0, 1]))).all()


def test_without_a_single_vector_nothing_is_held() -> None:
    meanings, asked = VectorTable(), np.ones(DIMENSIONS, dtype=np.float32)
    meanings.put(7, None)
    assert meanings.bytes_held == 0
    assert meanings.nearest(asked, np.ones(8, dtype=np.bool_), 5).tolist() == []
    assert np.isnan(meanings.cosines(asked, np.array([7]))).all()
