"""Meanings of texts as vectors: how they are made, kept in a database, and compared by the hundred thousand.

In memory a vector takes 436 bytes: its signs, by which near ones are found fast, and 8 bits a number, by which these
are then compared (the cosine is off by less than 0.005).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.model.encoder import DIMENSIONS, ENCODER_NAME, Encodes
from app.model.signs import signs_of
from app.similarity.columns import with_row
from app.similarity.text import plain

Floats = NDArray[np.float32]
VECTOR_NAME = f"{ENCODER_NAME}/3"
"""What encodes, and a number to raise when the text that is encoded changes."""
LONGEST_TEXT = 2_000
"""Characters. The encoder reads fewer; cleaning more would only cost time."""


class VectorError(ValueError):
    reason = "vector_unusable"


@dataclass(frozen=True, slots=True)
class Vector:
    """What an encoder made of a text. Only vectors of the same encoder can be compared."""

    of: str
    """The encoder's name, see VECTOR_NAME."""
    values: bytes
    """DIMENSIONS numbers of 16 bits, little-endian; of length 1 as a vector."""

    def as_text(self) -> str:
        """For a column or an answer that holds text."""
        return f"{self.of} {base64.b64encode(self.values).decode()}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """None: there is none, or another encoder made it."""
        of, _, values = text.partition(" ")
        return cls(of, base64.b64decode(values)) if of == VECTOR_NAME else None

    def numbers(self) -> Floats:
        """Raises VectorError for anything but DIMENSIONS finite numbers."""
        if len(self.values) != 2 * DIMENSIONS:
            raise VectorError(f"a vector has {2 * DIMENSIONS} bytes, this one {len(self.values)}: compute it again")
        numbers = np.frombuffer(self.values, dtype="<f2").astype(np.float32)
        if not np.isfinite(numbers).all():
            raise VectorError("a vector holds numbers that are none: compute it again")
        return numbers


def embed(encoder: Encodes, texts: Sequence[tuple[str, str]]) -> NDArray[np.float16]:
    """(texts, DIMENSIONS): one row for each (title, body); 2 to 4 ms each."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float16)
    return np.stack([encoder.encode(_said(title, body)) for title, body in texts]).astype(np.float16)


def vectors(encoder: Encodes, texts: Sequence[tuple[str, str]]) -> list[Vector]:
    """As `embed`, ready for the database."""
    return [Vector(VECTOR_NAME, row.astype("<f2").tobytes()) for row in embed(encoder, texts)]


class VectorTable:
    """The vectors of an index's rows, changed in place. It takes no room until the first one comes."""

    def __init__(self) -> None:
        self._values = np.zeros((0, DIMENSIONS), dtype=np.int8)
        self._scales = np.zeros(0, dtype=np.float32)
        """0: the row has no vector."""
        self._signs = [np.zeros(0, dtype=np.uint64) for _ in range(DIMENSIONS // 64)]
        """Each by itself, because each is added up over all rows."""

    def put(self, row: int, numbers: Floats | None) -> None:
        if numbers is None or not numbers.any():
            self._scales[row : row + 1] = 0
            return
        scale = np.abs(numbers).max() / 127
        if row >= len(self._scales):
            self._values, self._scales = with_row(self._values, row), with_row(self._scales, row)
            self._signs = [with_row(signs, row) for signs in self._signs]
        self._values[row], self._scales[row] = np.rint(numbers / scale), scale
        for signs, of_row in zip(self._signs, signs_of(numbers), strict=True):
            signs[row] = of_row

    def nearest(self, asked: Floats, allowed: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
        """Up to `most` rows that share the most signs with `asked`."""
        rows = np.flatnonzero(allowed[: len(self._scales)] & (self._scales[: len(allowed)] > 0))
        if len(rows) <= most:
            return rows
        differing = np.zeros(len(self._scales), dtype=np.int16)
        for signs, wanted in zip(self._signs, signs_of(asked), strict=True):
            differing += np.bitwise_count(signs ^ wanted)
        return rows[np.argpartition(differing[rows], most)[:most]]

    def cosines(self, asked: Floats | None, rows: NDArray[np.intp]) -> Floats:
        """-1 to 1 for each of `rows`; NaN where there is no vector."""
        found = np.full(len(rows), np.nan, dtype=np.float32)
        if asked is not None:
            places = np.flatnonzero(rows < len(self._scales))
            places = places[self._scales[rows[places]] > 0]
            found[places] = (self._values[rows[places]].astype(np.float32) @ asked) * self._scales[rows[places]]
        return found

    @property
    def bytes_held(self) -> int:
        return self._values.nbytes + self._scales.nbytes + sum(signs.nbytes for signs in self._signs)


def _said(title: str, body: str) -> str:
    return " ".join(f"{plain(title)}\n{plain(body[:LONGEST_TEXT])}".split())
