"""The graph of an ONNX model, to be changed before it is loaded.

A list of nodes, whose inputs and outputs have names, of stored numbers, and of what is given from outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model import onnx_messages as messages
from app.model.onnx_messages import GIVEN, GRAPH, NODE, STORED, Node

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scaled:
    """Numbers that are stored in 8 bits, and that `Cast(numbers) * scale` makes full ones of."""

    cast: Node
    product: Node
    numbers: bytes
    scales: Floats
    """One for each row, or for each column."""


class Graph:
    """Of a model; its `nodes` may be changed in place, and keep an order in which they can be computed."""

    def __init__(self, model: bytes) -> None:
        self.model = model
        parts = list(messages.fields(next(messages.contents(model, GRAPH))))
        self.nodes = [Node.read(content, whole) for number, content, whole in parts if number == NODE]
        self._stored = {
            messages.text(content, messages.STORED_NAME): whole for number, content, whole in parts if number == STORED
        }
        self._given = {
            messages.text(content, messages.GIVEN_NAME): whole for number, content, whole in parts if number == GIVEN
        }
        self._others = [whole for number, _, whole in parts if number not in {NODE, STORED, GIVEN}]

    def as_model(self) -> bytes:
        nodes = (node.whole for node in self.nodes)
        graph = b"".join((*nodes, *self._stored.values(), *self._given.values(), *self._others))
        changed = messages.field(GRAPH, graph)
        return b"".join(changed if number == GRAPH else whole for number, _, whole in messages.fields(self.model))

    def maker_of(self, name: str) -> Node | None:
        """None: it is stored, or given."""
        return next((node for node in self.nodes if name in node.outputs), None)

    def numbers(self, name: str) -> bytes:
        """As they are stored."""
        _, content, _ = next(messages.fields(self._stored[name]))
        return next(messages.contents(content, messages.STORED_NUMBERS))

    def floats(self, name: str) -> Floats:
        return np.frombuffer(self.numbers(name), dtype=np.float32)

    def scaled(self, name: str) -> Scaled | None:
        """None: it is not made of numbers that are stored in 8 bits."""
        product = self.maker_of(name)
        cast = self.maker_of(product.inputs[0]) if product is not None and product.operation == "Mul" else None
        if product is None or cast is None or cast.operation != "Cast" or cast.inputs[0] not in self._stored:
            return None
        return Scaled(cast, product, self.numbers(cast.inputs[0]), self.floats(product.inputs[1]))

    def store(self, name: str, numbers: Floats | NDArray[np.int8]) -> None:
        self._stored[name] = messages.stored_tensor(name, numbers)

    def replace_given(self, name: str, by: str) -> None:
        """The model is given full numbers as `by` instead."""
        del self._given[name]
        self._given[by] = messages.given_floats(by)

    def remove(self, scaled: Scaled, also: Sequence[Node] = ()) -> None:
        gone = {id(node) for node in (scaled.cast, scaled.product, *also)}
        self.nodes = [node for node in self.nodes if id(node) not in gone]
        for name in (scaled.cast.inputs[0], scaled.product.inputs[1]):
            del self._stored[name]
