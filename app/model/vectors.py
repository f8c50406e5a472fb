"""Turns a ticket's pieces into numbers: TF-IDF in each block, scaled to the block's weight."""

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.model.features import TicketPieces
from app.model.name_table import UNKNOWN, NameTable

COUNTED = frozenset({2, 3})
"""Traits and topics are counted plainly: a rare one is not worth more."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """The places that are not zero, each once, in no order."""

    places: NDArray[np.int64]
    values: NDArray[np.float32]
    names: Sequence[str] = ()
    """Of the pieces that stand there; empty for words alone."""


@dataclass(frozen=True, slots=True)
class KnownPieces:
    """What was learned of, block by block."""

    blocks: Sequence[Sequence[str]]
    rarity: NDArray[np.float32]
    """(pieces,)"""

    @classmethod
    def of(cls, tickets: Sequence[TicketPieces], fewest: Sequence[int]) -> Self:
        """Those that occur in at least so many tickets, in alphabetical order."""
        blocks: list[list[str]] = []
        rarity: list[float] = []
        for block, least in enumerate(fewest):
            seen = Counter(name for ticket in tickets for name in ticket.blocks()[block])
            kept = sorted(name for name, times in seen.items() if times >= least)
            blocks.append(kept)
            rarity += [
                1.0 if block in COUNTED else math.log((1 + len(tickets)) / (1 + seen[name])) + 1 for name in kept
            ]
        # Saved with 16 bits: training must see the same numbers as judging does later.
        return cls(blocks, np.array(rarity, dtype=np.float16).astype(np.float32))


class FeatureVocabulary:
    """Which pieces are known, where each one's number stands, and how rare it is."""

    def __init__(self, blocks: Sequence[Sequence[str]], rarity: NDArray[np.float32], weights: Sequence[float]) -> None:
        self.size = sum(map(len, blocks))
        self._words = len(blocks[0])
        self._weights = tuple(weights)
        self._rarity = array("f", rarity.astype(np.float32).tobytes())
        self._known = NameTable(chain.from_iterable(blocks), self.size)

    def vector(self, ticket: TicketPieces) -> Sparse:
        blocks = ticket.blocks()
        standing = iter(self._known.numbers([*chain.from_iterable(blocks)]))
        names: list[str] = []
        places: list[int] = []
        values: list[float] = []
        for weight, counted in zip(self._weights, blocks, strict=True):
            found = [
                (name, place, _damped(times) * self._rarity[place])
                for (name, times), place in zip(counted.items(), standing, strict=False)
                if place != UNKNOWN
            ]
            length = math.sqrt(sum(number * number for _, _, number in found))
            names += [name for name, _, _ in found]
            places += [place for _, place, _ in found]
            values += [weight * number / length for _, _, number in found]
        return Sparse(np.array(places, dtype=np.int64), np.array(values, dtype=np.float32), names)

    def words(self, vector: Sparse) -> Sparse:
        """Only the words of a vector, of length 1: what neighbours are compared by."""
        chosen = vector.places < self._words
        values = vector.values[chosen]
        length = float(np.linalg.norm(values))
        return Sparse(vector.places[chosen], values / np.float32(length) if length else values)


def _damped(times: int) -> float:
    return 1.0 if times == 1 else 1 + math.log(times)
