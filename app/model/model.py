"""The learned model: says how likely each archetype of a ticket is, and why. Safe from any thread.

It has two heads. One knows words, letters and traits; the other the sentence encoder's numbers too, and is used
when the encoder is installed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.model import artifact
from app.model.artifact import Artifact, BadModel, BandThresholds, Neighbours
from app.model.encoder import ENCODER_NAME, Encodes
from app.model.features import meaning, pieces
from app.model.model_verdict import ModelVerdict, Nearest
from app.model.signs import signs_of
from app.model.strongest import strongest
from app.model.vectors import FeatureVocabulary, Sparse
from app.ticket import Ticket

NEIGHBOURS = 3
COMPARED = 200
"""Remembered tickets that are compared number by number: of our tickets the three nearest were always among them."""
AT_ONCE = 64
"""More than 128 kB is taken from the system, page by page, each time: that takes longer than to compare."""
SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True, slots=True)
class _ByWord:
    """The remembered tickets' words, word by word: a ticket has thirty of ten thousand."""

    starts: list[int]
    """(words + 1,): where each one's tickets begin in the two next."""
    tickets: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, known: Neighbours, words: int) -> Self:
        order = np.argsort(known.words, kind="stable")
        tickets = np.repeat(np.arange(len(known.starts) - 1, dtype=np.int32), np.diff(known.starts))
        starts: list[int] = np.searchsorted(known.words[order], np.arange(words + 1)).tolist()
        return cls(starts, tickets[order], known.weights[order])

    def products(self, words: Sparse, tickets: int) -> NDArray[np.float64]:
        """(tickets,): with a vector of words, each of length 1."""
        spans = [slice(self.starts[word], self.starts[word + 1]) for word in words.places.tolist()]
        if not spans:
            return np.zeros(tickets)
        amounts = [self.weights[its] * value for its, value in zip(spans, words.values, strict=True)]
        its_tickets = np.concatenate([self.tickets[its] for its in spans])
        return np.bincount(its_tickets, np.concatenate(amounts), tickets).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class _ByMeaning:
    """The remembered tickets' meanings. Read for each ticket, all of them would push what else it needs out of the
    processor's cache. So the likely ones are chosen by their signs."""

    numbers: NDArray[np.int8] | NDArray[np.float32]
    """As they are stored."""
    lengths: NDArray[np.float32]
    signs: NDArray[np.uint64]
    """(64 dimensions each, tickets)."""

    @classmethod
    def of(cls, meanings: NDArray[np.int8] | NDArray[np.float32]) -> Self:
        full = meanings.astype(np.float32)
        lengths = np.maximum(np.linalg.norm(full, axis=1), 1e-9).astype(np.float32)
        return cls(meanings, lengths, np.ascontiguousarray(signs_of(full).T))

    def likely(self, dense: NDArray[np.float32], words: NDArray[np.float64]) -> NDArray[np.intp]:
        """Places of those that are probably the nearest, by the share of signs that differ and by `words`."""
        differing = np.bitwise_count(self.signs ^ signs_of(dense)[:, None]).sum(axis=0, dtype=np.int64)
        estimates = words + np.cos(np.pi / len(dense) * np.arange(len(dense) + 1))[differing]
        if len(estimates) <= COMPARED:
            return np.arange(len(estimates))
        return np.sort(np.argpartition(-estimates, COMPARED)[:COMPARED])

    def products(self, dense: NDArray[np.float32], places: NDArray[np.intp]) -> NDArray[np.float32]:
        some = (places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE))
        products = np.concatenate([self.numbers[one].astype(np.float32) @ dense for one in some])
        return (products / self.lengths[places]).astype(np.float32, copy=False)


class Model:
    """Made once, then only read. 1 to 3 ms a ticket, and 2 to 4 ms more with the encoder."""

    def __init__(self, learned: Artifact, encoder: Encodes | None = None) -> None:
        self.encoder = encoder if learned.semantic is not None else None
        names = learned.names
        # Not the names of the pieces, nor the other head: nobody asks for them again, and they are 8 MB.
        self.names = names.model_copy(update={"pieces": ()})
        self.archetypes = names.archetypes
        self.version = learned.version
        self.vocabulary = FeatureVocabulary(names.pieces, learned.rarity, names.block_weights)
        self._head = learned.plain if self.encoder is None or learned.semantic is None else learned.semantic
        self._remembered = _ByWord.of(learned.neighbours, len(names.pieces[0]))
        meanings = learned.neighbours.meanings
        self._meanings = None if meanings is None else _ByMeaning.of(meanings)

    @classmethod
    def load(cls, directory: Path = SHIPPED, encoder: Encodes | None = None) -> Self:
        """The model of a directory. Raises BadModel if it is damaged, or was trained with another encoder."""
        learned = artifact.load(artifact.read(directory))
        if encoder is not None and learned.names.encoder not in {None, ENCODER_NAME}:
            raise BadModel("the model was trained with another encoder: train again")
        return cls(learned, encoder)

    @property
    def thresholds(self) -> Mapping[str, BandThresholds]:
        """What was found by cross-validation, for the head in use; routing.yaml has the last word."""
        return self.names.thresholds if self.encoder is None else self.names.thresholds_with_encoder

    def judge(self, ticket: Ticket, channel: str) -> ModelVerdict:
        found = pieces(ticket, channel)
        vector = self.vocabulary.vector(found)
        dense = self.encoder.encode(meaning(ticket)) if self.encoder is not None else None
        rows = self._head.coefficients[vector.places].astype(np.float32)
        likely = probabilities(self._scores(rows, vector, dense), self._temperature(dense))
        order = np.argsort(-likely, kind="stable")
        best = int(order[0])
        return ModelVerdict(
            probabilities={self.archetypes[one]: float(likely[one]) for one in order},
            best=self.archetypes[best],
            probability=float(likely[best]),
            strongest=strongest(found, vector, rows, best),
            nearest=self._nearest(self.vocabulary.words(vector), dense),
            version=self.version,
            with_encoder=dense is not None,
            thresholds=self.thresholds,
        )

    def _scores(
        self, rows: NDArray[np.float32], vector: Sparse, dense: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """(archetypes,): what softmax is taken of, before the temperature.

        `rows`: (places, archetypes), what each piece of the ticket speaks for.
        """
        found: NDArray[np.float32] = vector.values @ rows + self._head.intercept
        if dense is not None and self._head.dense is not None:
            found = found + np.float32(self.names.encoder_weight) * (dense @ self._head.dense)
        return found

    def _temperature(self, dense: NDArray[np.float32] | None) -> float:
        names = self.names
        return names.temperature if dense is None else names.temperature_with_encoder or names.temperature

    def _nearest(self, words: Sparse, dense: NDArray[np.float32] | None) -> tuple[Nearest, ...]:
        remembered = self.names.remembered
        if not remembered:
            return ()
        alike, places = self._remembered.products(words, len(remembered)), np.arange(len(remembered))
        if dense is not None and self._meanings is not None:
            places = self._meanings.likely(dense, alike)
            # Common words alone make two texts look alike, common meaning alone makes all complaints alike.
            alike = (alike[places] + self._meanings.products(dense, places)) / 2
        nearest = [(remembered[places[at]], float(alike[at])) for at in _highest(alike, NEIGHBOURS)]
        return tuple(Nearest(one.id, one.archetype, one.begins, round(score, 3)) for one, score in nearest if score > 0)


def _highest(numbers: NDArray[np.float64], count: int) -> list[int]:
    """Places, the highest number first; of two that are equal the earlier one."""
    left, places = numbers.copy(), list[int]()
    for _ in range(min(count, len(left))):
        places.append(int(left.argmax()))
        left[places[-1]] = -np.inf
    return places


def probabilities(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Softmax over the last axis."""
    scaled = scores.astype(np.float64) / temperature
    powers: NDArray[np.float64] = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    total: NDArray[np.float64] = powers.sum(axis=-1, keepdims=True)
    return powers / total
