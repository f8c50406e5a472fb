"""The graph of an ONNX model, to be changed before it is loaded.

A list of nodes, whose inputs and outputs have names, of stored numbers, and of what is given from outside.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model import onnx_messages as messages
from app.model.onnx_messages import ANSWERED, GIVEN, GRAPH, NODE, STORED, Node

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
        self._answered = {
            messages.text(content, messages.GIVEN_NAME) for number, content, _ in parts if number == ANSWERED
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

    def users_of(self, name: str) -> list[Node]:
        return [node for node in self.nodes if name in node.inputs]

    @property
    def given(self) -> Collection[str]:
        """What it must be given from outside."""
        return self._given.keys()

    def rename(self, name: str, by: str) -> None:
        """Give whoever asks for `name` what is called `by` instead."""
        self.nodes = [node.asking(name, by) if name in node.inputs else node for node in self.nodes]

    def replace(self, node: Node, by: Node) -> None:
        self.nodes[self.nodes.index(node)] = by

    def drop_unused(self) -> None:
        """Steps that nothing is made of, and what only they were given."""
        used, kept = set(self._answered), list[Node]()
        for node in reversed(self.nodes):
            if used.intersection(node.outputs):
                used.update(node.inputs)
                kept.append(node)
        self.nodes = kept[::-1]
        self._given = {name: whole for name, whole in self._given.items() if name in used}

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
