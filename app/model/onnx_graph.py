"""Reads rows of a table before they become full numbers, in a model whose tables are stored in 8 bits.

`all-MiniLM-L6-v2` as it is installed makes 47 MB of full numbers out of its table of word pieces, to read some twenty
rows of it for each text. Read first, the table stays at 12 MB, and the numbers are the same.

Only the few fields of ONNX that this needs are known here: a graph is a list of nodes, whose inputs and outputs have
names. What is not understood is copied as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_GRAPH, _NODE = 7, 1
_INPUT, _OUTPUT, _NAME, _OPERATION = 1, 2, 3, 4
_BYTES: Final = 2
"""How fields are stored that have a length of their own; of others: the length, or 0 for a number."""
_FIXED: Final = {0: 0, 1: 8, 5: 4}


@dataclass(frozen=True, slots=True)
class _Node:
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rest: bytes
    """Attributes and the like, as they are stored."""

    def stored(self) -> bytes:
        names = [*((_INPUT, one) for one in self.inputs), *((_OUTPUT, one) for one in self.outputs)]
        names += [(_NAME, f"of {self.outputs[0]}"), (_OPERATION, self.operation)]
        return b"".join(_field(number, text.encode()) for number, text in names) + self.rest


def rows_before_numbers(model: bytes) -> bytes:
    """The model, with `Gather(table * scale, rows)` as `Gather(table, rows) * Gather(scale, rows)`."""
    return b"".join(
        _field(_GRAPH, _rewritten(content)) if number == _GRAPH else stored
        for number, content, stored in _fields(model)
    )


def _rewritten(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    nodes = [_read(content) for number, content, _ in fields if number == _NODE]
    rest = b"".join(stored for number, _, stored in fields if number != _NODE)
    return b"".join(_field(_NODE, node.stored()) for node in _reordered(nodes)) + rest


def _reordered(nodes: Sequence[_Node]) -> Iterable[_Node]:
    made_by = {node.outputs[0]: node for node in nodes}
    used = [name for node in nodes for name in node.inputs]
    gone: list[_Node] = []
    instead: dict[str, list[_Node]] = {}
    for gather in nodes:
        scaled = made_by.get(gather.inputs[0]) if gather.operation == "Gather" else None
        cast = made_by.get(scaled.inputs[0]) if scaled is not None and scaled.operation == "Mul" else None
        if scaled is None or cast is None or cast.operation != "Cast" or used.count(scaled.outputs[0]) > 1:
            continue
        to, rows = gather.outputs[0], gather.inputs[1]
        gone += [scaled, cast]
        instead[to] = [
            _Node("Gather", (cast.inputs[0], rows), (f"{to} as stored",), gather.rest),
            _Node("Cast", (f"{to} as stored",), (f"{to} unscaled",), cast.rest),
            _Node("Gather", (scaled.inputs[1], rows), (f"{to} scale",), gather.rest),
            _Node("Mul", (f"{to} unscaled", f"{to} scale"), (to,), scaled.rest),
        ]
    return [new for node in nodes if node not in gone for new in instead.get(node.outputs[0], [node])]


def _read(stored: bytes) -> _Node:
    fields = list(_fields(stored))

    def texts(wanted: int) -> tuple[str, ...]:
        return tuple(content.decode() for number, content, _ in fields if number == wanted)

    known = {_INPUT, _OUTPUT, _NAME, _OPERATION}
    rest = b"".join(whole for number, _, whole in fields if number not in known)
    return _Node(texts(_OPERATION)[0], texts(_INPUT), texts(_OUTPUT), rest)


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
