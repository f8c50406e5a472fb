"""The graph that reads rows first gives the same numbers, to the last bit, as the one that is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest

from app.model.encoder import Encoder
from app.model.onnx_graph import rows_before_numbers


@pytest.fixture(scope="module")
def installed() -> bytes:
    encoder = Encoder.installed()
    assert encoder is not None
    return encoder._weights.read_bytes()


def states(model: bytes, ids: list[int]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = np.array([ids], dtype=np.int64)
    return session.run(
        None, {"input_ids": given, "attention_mask": np.ones_like(given), "token_type_ids": np.zeros_like(given)}
    )[0]


def test_the_numbers_are_the_same(installed: bytes) -> None:
    changed = rows_before_numbers(installed)
    assert changed != installed
    ids = [101, 7592, 2088, 30521, 0, 7592, 102]
    assert np.array_equal(states(changed, ids), states(installed, ids))


def test_a_graph_without_such_tables_stays_as_it_is(installed: bytes) -> None:
    changed = rows_before_numbers(installed)
    assert rows_before_numbers(changed) == changed
