"""The model that is given rows answers the same numbers, to the last bit, as the one that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from app.model.encoder import DIMENSIONS, Encoder
from app.model.onnx_graph import without_table

NUMBERS = [101, 7592, 2088, 30521, 0, 7592, 102]


@pytest.fixture(scope="module")
def installed() -> Path:
    encoder = Encoder.installed()
    assert encoder is not None
    return encoder._weights


def states(model: bytes, given: dict[str, Any]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    ones = np.ones((1, len(NUMBERS)), dtype=np.int64)
    return session.run(None, {**given, "attention_mask": ones, "token_type_ids": ones - 1})[0]


def test_the_numbers_are_the_same(installed: Path) -> None:
    changed, table, asks_for = without_table(installed, "input_ids")
    rows = table.rows(NUMBERS)
    assert rows.shape == (len(NUMBERS), DIMENSIONS)
    before = states(installed.read_bytes(), {"input_ids": np.array([NUMBERS], dtype=np.int64)})
    assert np.array_equal(states(changed, {asks_for: rows[None]}), before)


def test_the_model_that_is_loaded_does_not_hold_the_table(installed: Path) -> None:
    changed, table, _ = without_table(installed, "input_ids")
    assert installed.stat().st_size - len(changed) > len(table.scales) * table.width
