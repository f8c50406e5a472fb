"""Turns a ticket's pieces into numbers: TF-IDF in each block, scaled to the block's weight."""

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.model.features import TicketPieces

COUNTED = frozenset({2, 3})
"""Traits and topics are counted plainly: a rare one is not worth more."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """The places that are not zero, each once, in no order."""

    places: NDArray[np.int64]
    values: NDArray[np.float32]


class FeatureVocabulary:
    """Which pieces are known, where each one's number stands, and how rare it is."""

    def __init__(self, blocks: Sequence[Sequence[str]], rarity: NDArray[np.float32], weights: Sequence[float]) -> None:
        self.blocks = tuple(tuple(block) for block in blocks)
        self.weights = tuple(weights)
        self.names = tuple(name for block in self.blocks for name in block)
        self.rarity = rarity
        self._rarity = array("f", rarity.astype(np.float32).tobytes())
        """The same: a number at a time is read faster from it."""
        self._places: list[Mapping[str, int]] = []
        start = 0
        for block in self.blocks:
            self._places.append({name: start + number for number, name in enumerate(block)})
            start += len(block)

    @classmethod
    def of(cls, tickets: Sequence[TicketPieces], fewest: Sequence[int], weights: Sequence[float]) -> Self:
        """The pieces that occur in at least so many tickets, in alphabetical order."""
        blocks: list[list[str]] = []
        rarity: list[float] = []
        for block in range(len(weights)):
            seen = Counter(name for ticket in tickets for name in ticket.blocks()[block])
            kept = sorted(name for name, times in seen.items() if times >= fewest[block])
            blocks.append(kept)
            rarity += [
                1.0 if block in COUNTED else math.log((1 + len(tickets)) / (1 + seen[name])) + 1 for name in kept
            ]
        # Saved with 16 bits: training must see the same numbers as judging does later.
        return cls(blocks, np.array(rarity, dtype=np.float16).astype(np.float32), weights)

    def vector(self, ticket: TicketPieces) -> Sparse:
        places: list[int] = []
        values: list[float] = []
        for known, weight, counted in zip(self._places, self.weights, ticket.blocks(), strict=True):
            found = [(known[name], _damped(times)) for name, times in counted.items() if name in known]
            numbers = [times * self._rarity[place] for place, times in found]
            length = math.sqrt(sum(number * number for number in numbers))
            places += [place for place, _ in found]
            values += [weight * number / length for number in numbers]
        return Sparse(np.array(places, dtype=np.int64), np.array(values, dtype=np.float32))

    def words(self, vector: Sparse) -> Sparse:
        """Only the words of a vector, of length 1: what neighbours are compared by."""
        chosen = vector.places < len(self.blocks[0])
        values = vector.values[chosen]
        length = float(np.linalg.norm(values))
        return Sparse(vector.places[chosen], values / np.float32(length) if length else values)


def _damped(times: int) -> float:
    return 1.0 if times == 1 else 1 + math.log(times)
