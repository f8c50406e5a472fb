"""Meanings of texts as vectors: how they are made, kept in a database, and compared by the hundred thousand.

In memory a vector takes 436 bytes: its signs, by which near ones are found fast, and 8 bits a number, by which these
are then compared (the cosine is off by less than 0.005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.encoder import DIMENSIONS, LONGEST, WEIGHTS_SHA256, Encodes
from app.similarity.text import plain

ENCODER_NAME = f"minilm-l6-int8/{WEIGHTS_SHA256[:12]}/{LONGEST}/1"
"""Weights, word pieces that are read, and a number to raise when the text that is encoded changes."""
LONGEST_TEXT = 2_000
"""Characters. The encoder reads fewer; cleaning more would only cost time."""


class VectorError(ValueError):
    reason = "vector_unusable"


@dataclass(frozen=True, slots=True)
class Vector:
    """What an encoder made of a text. Only vectors of the same encoder can be compared."""

    of: str
    """The encoder's name, see ENCODER_NAME."""
    values: bytes
    """DIMENSIONS numbers of 16 bits, little-endian; of length 1 as a vector."""

    def numbers(self) -> NDArray[np.float32]:
        """Raises VectorError for anything but DIMENSIONS finite numbers."""
        if len(self.values) != 2 * DIMENSIONS:
            raise VectorError(f"a vector has {2 * DIMENSIONS} bytes, this one {len(self.values)}: compute it again")
        numbers = np.frombuffer(self.values, dtype="<f2").astype(np.float32)
        if not np.isfinite(numbers).all():
            raise VectorError("a vector holds numbers that are none: compute it again")
        return numbers


def embed(encoder: Encodes, texts: Sequence[tuple[str, str]]) -> NDArray[np.float16]:
    """(texts, DIMENSIONS): one row for each (title, body); 10 to 20 ms each."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float16)
    return np.stack([encoder.encode(_said(title, body)) for title, body in texts]).astype(np.float16)


def vectors(encoder: Encodes, texts: Sequence[tuple[str, str]], name: str = ENCODER_NAME) -> list[Vector]:
    """As `embed`, ready for the database."""
    return [Vector(name, row.astype("<f2").tobytes()) for row in embed(encoder, texts)]


@dataclass(frozen=True, slots=True)
class Meanings:
    """The vectors of many texts. A row without a vector has the scale 0."""

    values: NDArray[np.int8]
    """(rows, DIMENSIONS)"""
    scales: NDArray[np.float32]
    signs: NDArray[np.uint64]
    """(DIMENSIONS / 64, rows): across, because each of the six is added up over all rows."""

    @classmethod
    def of(cls, rows: Sequence[NDArray[np.float32] | None]) -> Meanings | None:
        """None where no row has a vector."""
        if all(row is None for row in rows):
            return None
        numbers = np.zeros((len(rows), DIMENSIONS), dtype=np.float32)
        for place, row in enumerate(rows):
            if row is not None:
                numbers[place] = row
        scales = np.abs(numbers).max(axis=1) / np.float32(127)
        values = np.rint(numbers / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
        return cls(values, scales, _signs(numbers))

    @classmethod
    def joined(cls, parts: Sequence[tuple[Meanings | None, NDArray[np.bool_]]]) -> Meanings | None:
        """The kept rows of each part one after another; each part with a mask of which to keep."""
        if all(part is None for part, _ in parts):
            return None
        whole = [part or cls._nothing(len(kept)) for part, kept in parts]
        masks = [kept for _, kept in parts]
        return cls(
            np.concatenate([part.values[kept] for part, kept in zip(whole, masks, strict=True)]),
            np.concatenate([part.scales[kept] for part, kept in zip(whole, masks, strict=True)]),
            np.concatenate([part.signs[:, kept] for part, kept in zip(whole, masks, strict=True)], axis=1),
        )

    @classmethod
    def _nothing(cls, rows: int) -> Meanings:
        return cls(
            np.zeros((rows, DIMENSIONS), dtype=np.int8),
            np.zeros(rows, dtype=np.float32),
            np.zeros((DIMENSIONS // 64, rows), dtype=np.uint64),
        )

    def nearest(self, asked: NDArray[np.float32], allowed: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
        """Up to `most` rows that share the most signs with `asked`."""
        rows = np.flatnonzero(allowed & (self.scales > 0))
        if len(rows) <= most:
            return rows
        differing = np.zeros(self.signs.shape[1], dtype=np.int16)
        for signs, wanted in zip(self.signs, _signs(asked[None, :]), strict=True):
            differing += np.bitwise_count(signs ^ wanted)
        return rows[np.argpartition(differing[rows], most)[:most]]

    def cosines(self, asked: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """-1 to 1 for each of `rows`; NaN where there is no vector."""
        scales = self.scales[rows]
        found: NDArray[np.float32] = (self.values[rows].astype(np.float32) @ asked) * scales
        return np.where(scales > 0, found, np.float32(np.nan))

    @property
    def bytes_held(self) -> int:
        return self.values.nbytes + self.scales.nbytes + self.signs.nbytes


def _signs(numbers: NDArray[np.float32]) -> NDArray[np.uint64]:
    """(rows, DIMENSIONS) as (DIMENSIONS / 64, rows)."""
    return np.ascontiguousarray(np.packbits(numbers > 0, axis=1).view(np.uint64).T)


def _said(title: str, body: str) -> str:
    return " ".join(f"{plain(title)}\n{plain(body[:LONGEST_TEXT])}".split())
