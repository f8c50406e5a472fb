"""The little of ONNX's storage format that we read and write: messages of numbered fields (Protocol Buffers).

Only the few fields that the sentence encoder needs have names here. What is not understood is copied as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

GRAPH: Final = 7
"""Of a model."""
NODE, STORED, GIVEN, ANSWERED = 1, 5, 11, 12
"""Of a graph: a step, a stored tensor, what is given from outside, and what is asked for."""
STORED_NAME, STORED_NUMBERS = 8, 9
GIVEN_NAME = 1
"""Of what is asked for too."""
FLOAT, INT8 = 1, 3
"""Kinds of numbers: of 32 bits with a point, whole ones of 8."""
_INPUT, _OUTPUT, _OPERATION, _ATTRIBUTE = 1, 2, 4, 5
"""Of a node."""
_ATTRIBUTE_NAME, _ATTRIBUTE_NUMBER, _ATTRIBUTE_NUMBERS, _ATTRIBUTE_KIND = 1, 3, 8, 20
_IS_NUMBER, _ARE_NUMBERS = 2, 7
_SIZE, _KIND = 1, 2
"""Of a stored tensor."""
# The type of a given tensor: full numbers, without a word about its shape.
_FULL_NUMBERS: Final = b"\x12\x04\x0a\x02\x08\x01"
_BYTES: Final = 2
"""How fields are stored that have a length of their own; of others: the length, or 0 for a number."""
_FIXED: Final = {0: 0, 1: 8, 5: 4}


@dataclass(frozen=True, slots=True)
class Node:
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    whole: bytes
    """As the graph stores it."""

    @classmethod
    def read(cls, content: bytes, whole: bytes) -> Self:
        inputs, outputs = (tuple(one.decode() for one in contents(content, wanted)) for wanted in (_INPUT, _OUTPUT))
        return cls(text(content, _OPERATION), inputs, outputs, whole)

    @classmethod
    def made(
        cls, operation: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]
    ) -> Self:
        parts = [*(field(_INPUT, one.encode()) for one in inputs), *(field(_OUTPUT, one.encode()) for one in outputs)]
        parts.append(field(_OPERATION, operation.encode()))
        parts += (field(_ATTRIBUTE, _attribute(name, value)) for name, value in attributes.items())
        return cls(operation, tuple(inputs), tuple(outputs), field(NODE, b"".join(parts)))

    def asking(self, name: str, by: str) -> Self:
        """The same step, given `by` where it was given `name`."""
        parts = fields(next(contents(self.whole, NODE)))
        changed = b"".join(
            field(_INPUT, by.encode()) if number == _INPUT and content.decode() == name else whole
            for number, content, whole in parts
        )
        inputs = tuple(by if one == name else one for one in self.inputs)
        return replace(self, inputs=inputs, whole=field(NODE, changed))


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        numbers, kind = _number_field(_ATTRIBUTE_NUMBER, value), _IS_NUMBER
    else:
        numbers, kind = b"".join(_number_field(_ATTRIBUTE_NUMBERS, one) for one in value), _ARE_NUMBERS
    return field(_ATTRIBUTE_NAME, name.encode()) + numbers + _number_field(_ATTRIBUTE_KIND, kind)


def stored_tensor(name: str, numbers: NDArray[np.float32] | NDArray[np.int8]) -> bytes:
    """A field of the graph."""
    size = b"".join(_number_field(_SIZE, one) for one in numbers.shape)
    kind = _number_field(_KIND, INT8 if numbers.dtype == np.int8 else FLOAT)
    return field(STORED, size + kind + field(STORED_NAME, name.encode()) + field(STORED_NUMBERS, numbers.tobytes()))


def given_floats(name: str) -> bytes:
    """A field of the graph: full numbers of any shape."""
    return field(GIVEN, field(GIVEN_NAME, name.encode()) + _FULL_NUMBERS)


def text(message: bytes, wanted: int) -> str:
    return next(contents(message, wanted), b"").decode()


def contents(message: bytes, wanted: int) -> Iterator[bytes]:
    return (content for number, content, _ in fields(message) if number == wanted)


def fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, content (empty for a number) and the whole as it is stored, of each field."""
    place = 0
    while place < len(message):
        start = place
        key, place = _number(message, place)
        if key & 7 == _BYTES:
            length, place = _number(message, place)
        else:
            length = _FIXED[key & 7]
            _, place = (0, place) if length else _number(message, place)
        yield key >> 3, message[place : place + length], message[start : place + length]
        place += length


def field(number: int, content: bytes) -> bytes:
    return _as_number(number << 3 | _BYTES) + _as_number(len(content)) + content


def _number_field(number: int, value: int) -> bytes:
    return _as_number(number << 3) + _as_number(value)


def _number(message: bytes, place: int) -> tuple[int, int]:
    """And the place after it."""
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _as_number(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
