"""The model that is loaded: rows instead of a table, to the last bit; weights in 8 bits, which is nearly the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from app.model.eight_bits import GREATEST, multiply_in_8_bits
from app.model.encoder import DIMENSIONS, Encoder
from app.model.one_text import MASK, read_one_text
from app.model.onnx_graph import Graph
from app.model.onnx_messages import Node
from app.model.row_table import RowTable

NUMBERS = [101, 7592, 2088, 30521, 0, 7592, 102]
LAYERS = 6
PRODUCTS = LAYERS * 6
"""Each layer: query, key, value, output, and two of the feed-forward part."""


@pytest.fixture(scope="module")
def installed() -> Path:
    encoder = Encoder.installed()
    assert encoder is not None
    return encoder._weights


def session_of(model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def states(model: bytes, given: dict[str, Any]) -> Any:
    ones = np.ones((1, len(NUMBERS)), dtype=np.int64)
    return session_of(model).run(None, {**given, "attention_mask": ones, "token_type_ids": ones - 1})[0]


@pytest.fixture(scope="module")
def as_installed(installed: Path) -> Any:
    return states(installed.read_bytes(), {"input_ids": np.array([NUMBERS], dtype=np.int64)})


def test_with_rows_instead_of_the_table_the_numbers_are_the_same(installed: Path, as_installed: Any) -> None:
    graph = Graph(installed.read_bytes())
    table = RowTable.taken_from(graph, installed, "input_ids")
    rows = table.rows(NUMBERS)
    assert rows.shape == (len(NUMBERS), DIMENSIONS)
    assert np.array_equal(states(graph.as_model(), {table.asked_as: rows[None]}), as_installed)
    assert installed.stat().st_size - len(graph.as_model()) > rows[:1].size * len(table.scales)


def test_in_8_bits_a_text_means_nearly_the_same(installed: Path, as_installed: Any) -> None:
    graph = Graph(installed.read_bytes())
    assert multiply_in_8_bits(graph) == PRODUCTS
    found = states(graph.as_model(), {"input_ids": np.array([NUMBERS], dtype=np.int64)})
    means = [one[0].mean(axis=0) / np.linalg.norm(one[0].mean(axis=0)) for one in (found, as_installed)]
    assert 0.98 < float(means[0] @ means[1]) < 0.9999


def test_the_weights_cannot_overflow_where_two_products_are_added_in_16_bits(installed: Path) -> None:
    """As processors without VNNI do: 255 times a weight, twice."""
    graph = Graph(installed.read_bytes())
    multiply_in_8_bits(graph)
    weights = [node.inputs[1] for node in graph.nodes if node.operation == "MatMulInteger"]
    assert len(weights) == PRODUCTS
    greatest = max(np.abs(np.frombuffer(graph.numbers(name), dtype=np.int8).astype(int)).max() for name in weights)
    assert greatest == GREATEST
    assert 2 * 255 * greatest < 2**15


def test_for_one_text_at_a_time_the_numbers_are_the_same(installed: Path) -> None:
    graph = Graph(installed.read_bytes())
    steps = len(graph.nodes)
    assert read_one_text(graph) == LAYERS
    assert MASK not in graph.given
    assert len(graph.nodes) < 0.8 * steps
    masked, plain = session_of(installed.read_bytes()), session_of(graph.as_model())
    chance = np.random.default_rng(1)
    for length in (2, 3, 17, 64):
        ones = np.ones((1, length), dtype=np.int64)
        given = {"input_ids": chance.integers(0, 30_522, (1, length)), "token_type_ids": ones - 1}
        assert np.array_equal(plain.run(None, given)[0], masked.run(None, {**given, MASK: ones})[0])


def test_a_mask_that_is_used_otherwise_is_no_accident(installed: Path) -> None:
    graph = Graph(installed.read_bytes())
    check = next(node for node in graph.nodes if node.operation == "IsNaN")
    graph.replace(check, Node.made("Identity", check.inputs, check.outputs))
    with pytest.raises(ValueError, match="uses attention_mask in a way that is not known"):
        read_one_text(graph)


def test_a_file_without_such_a_table_is_named(installed: Path) -> None:
    graph = Graph(installed.read_bytes())
    with pytest.raises(ValueError, match=r"model\.onnx has no table of 8 bits for token_type_ids"):
        RowTable.taken_from(graph, installed, "token_type_ids")
