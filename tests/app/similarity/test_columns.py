"""Arrays that grow with an index."""

from __future__ import annotations

import numpy as np

from app.similarity.columns import with_row


def test_grows_only_where_there_is_no_such_row() -> None:
    column = np.arange(4)
    assert with_row(column, 3) is column
    grown = with_row(column, 4)
    assert grown[:4].tolist() == [0, 1, 2, 3]
    assert not grown[4:].any()


def test_grows_by_rows_where_each_has_several_numbers() -> None:
    grown = with_row(np.ones((2, 3), dtype=np.int8), 900)
    assert grown.shape[0] > 1_000
    assert grown.shape[1] == 3
    assert grown.dtype == np.int8
    assert grown.sum() == 6
