"""Takes the table of word pieces out of a model, whose rows are then read from its file: some twenty for each text.

`all-MiniLM-L6-v2` as it is installed makes 47 MB of full numbers out of that table. Read row by row it takes no memory,
and the numbers are the same.

Only the few fields of ONNX that this needs are known here: a graph is a list of nodes, whose inputs and outputs have
names, of stored numbers, and of what is given from outside. What is not understood is copied as it is.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_GRAPH = 7
_NODE, _STORED, _GIVEN = 1, 5, 11
"""Of a graph."""
_INPUT, _OUTPUT, _OPERATION = 1, 2, 4
"""Of a node."""
_STORED_NAME, _NUMBERS = 8, 9
_GIVEN_NAME = 1
_BYTES: Final = 2
"""How fields are stored that have a length of their own; of others: the length, or 0 for a number."""
_FIXED: Final = {0: 0, 1: 8, 5: 4}
# The type of a given tensor: full numbers, without a word about its shape.
_FULL_NUMBERS: Final = b"\x12\x04\x0a\x02\x08\x01"


@dataclass(frozen=True, slots=True)
class _Node:
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowTable:
    """Numbers of 8 bits in a file, row by row, each row with a scale of its own. From any thread."""

    file: int
    """Its descriptor, which stays open."""
    start: int
    """Where the rows begin."""
    scales: NDArray[np.float32]
    """(rows, 1)."""
    width: int

    def rows(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """(numbers, width): as full numbers."""
        stored = b"".join(os.pread(self.file, self.width, self.start + number * self.width) for number in numbers)
        whole = np.frombuffer(stored, dtype=np.int8).reshape(len(numbers), self.width).astype(np.float32)
        return whole * self.scales[list(numbers)]


def without_table(file: Path, given: str) -> tuple[bytes, RowTable, str]:
    """The model that asks for rows instead of `given`, their numbers; the table; and by what name it asks for them.

    The model has `Gather(Cast(table) * scale, given)`.
    """
    model = file.read_bytes()
    graph = next(content for number, content, _ in _fields(model) if number == _GRAPH)
    fields = list(_fields(graph))
    nodes = [_read(content) for number, content, _ in fields if number == _NODE]
    made_by = {node.outputs[0]: node for node in nodes}
    gather = next(node for node in nodes if node.operation == "Gather" and node.inputs[1] == given)
    scaled = made_by[gather.inputs[0]]
    cast, scale = made_by[scaled.inputs[0]], scaled.inputs[1]
    stored = {_text(content, _STORED_NAME): content for number, content, _ in fields if number == _STORED}
    numbers = next(_contents(stored[cast.inputs[0]], _NUMBERS))
    scales = np.frombuffer(next(_contents(stored[scale], _NUMBERS)), dtype=np.float32).reshape(-1, 1)
    table = RowTable(os.open(file, os.O_RDONLY), model.index(numbers), scales.copy(), len(numbers) // len(scales))
    rows = gather.outputs[0]
    gone = {rows, scaled.outputs[0], cast.outputs[0], cast.inputs[0], scale, given}
    kept = (whole for number, content, whole in fields if _name(number, content) not in gone)
    asked = _field(_GIVEN, _field(_GIVEN_NAME, rows.encode()) + _FULL_NUMBERS)
    changed = _field(_GRAPH, b"".join((*kept, asked)))
    return b"".join(changed if number == _GRAPH else whole for number, _, whole in _fields(model)), table, rows


def _name(number: int, content: bytes) -> str:
    """What a field of a graph makes, stores or is given; empty for all else."""
    named = {_NODE: _OUTPUT, _STORED: _STORED_NAME, _GIVEN: _GIVEN_NAME}.get(number)
    return _text(content, named) if named else ""


def _text(stored: bytes, wanted: int) -> str:
    return next(_contents(stored, wanted), b"").decode()


def _contents(stored: bytes, wanted: int) -> Iterator[bytes]:
    return (content for number, content, _ in _fields(stored) if number == wanted)


def _read(stored: bytes) -> _Node:
    inputs, outputs = (tuple(one.decode() for one in _contents(stored, wanted)) for wanted in (_INPUT, _OUTPUT))
    return _Node(_text(stored, _OPERATION), inputs, outputs)


def _fields(stored: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, content (empty for a number) and the whole as it is stored, of each field of a protobuf message."""
    place = 0
    while place < len(stored):
        start = place
        key, place = _number(stored, place)
        if key & 7 == _BYTES:
            length, place = _number(stored, place)
        else:
            length = _FIXED[key & 7]
            _, place = (0, place) if length else _number(stored, place)
        yield key >> 3, stored[place : place + length], stored[start : place + length]
        place += length


def _number(stored: bytes, place: int) -> tuple[int, int]:
    """And the place after it."""
    value = shift = 0
    while True:
        byte = stored[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _field(number: int, content: bytes) -> bytes:
    return _as_number(number << 3 | _BYTES) + _as_number(len(content)) + content


def _as_number(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
