"""Fits the numbers of a model: vocabulary, linear heads, neighbours. Same examples, same numbers.

scikit-learn is needed here only; judging does without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from app.model.artifact import Head, Neighbours
from app.model.encoder import Encodes
from app.model.features import TicketPieces, meaning, pieces
from app.model.training.examples import TrainingExample
from app.model.vectors import FeatureVocabulary, KnownPieces, Sparse


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the training: the best of those measured (docs/evaluation.md)."""

    fewest: tuple[int, int, int, int] = (2, 2, 1, 1)
    """In how many tickets a word, a letter group, a trait, a topic must occur to be learned."""
    block_weights: tuple[float, float, float, float] = (1.0, 0.7, 0.5, 0.3)
    encoder_weight: float = 0.7
    strength: float = 7.0
    """C of scikit-learn's LogisticRegression: how closely the examples are followed."""
    rounds: int = 300


@dataclass(frozen=True, slots=True)
class Prepared:
    """Examples, read once for all folds."""

    examples: tuple[TrainingExample, ...]
    pieces: tuple[TicketPieces, ...]
    meanings: NDArray[np.float32] | None
    """(examples, 384), if there is an encoder."""

    @property
    def archetypes(self) -> tuple[str, ...]:
        return tuple(sorted({one.archetype for one in self.examples}))

    def chosen(self, rows: Sequence[int]) -> "Prepared":
        return Prepared(
            tuple(self.examples[row] for row in rows),
            tuple(self.pieces[row] for row in rows),
            None if self.meanings is None else self.meanings[list(rows)],
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    archetypes: tuple[str, ...]
    known: KnownPieces
    vocabulary: FeatureVocabulary
    plain: Head
    semantic: Head | None
    encoder_weight: float

    def scores(self, prepared: Prepared, *, with_encoder: bool) -> NDArray[np.float32]:
        """(examples, archetypes), as `Model` would compute them."""
        head = self.semantic if with_encoder and self.semantic is not None else self.plain
        found = _matrix([self.vocabulary.vector(one) for one in prepared.pieces], self.vocabulary) @ head.coefficients
        found = found + head.intercept
        if head.dense is not None and prepared.meanings is not None:
            found = found + np.float32(self.encoder_weight) * (prepared.meanings @ head.dense)
        return np.asarray(found, dtype=np.float32)


def prepare(examples: Sequence[TrainingExample], encoder: Encodes | None) -> Prepared:
    tickets, meanings = [one.as_judged() for one in examples], None
    if encoder is not None:
        # Neighbours are saved with 8 bits, the head is not: what it is trained on must be what the encoder says later.
        meanings = np.array([encoder.encode(meaning(one)) for one in tickets], dtype=np.float32)
    read = tuple(pieces(ticket, one.channel) for ticket, one in zip(tickets, examples, strict=True))
    return Prepared(tuple(examples), read, meanings)


def fit(prepared: Prepared, recipe: Recipe) -> Fitted:
    known = KnownPieces.of(prepared.pieces, recipe.fewest)
    vocabulary = FeatureVocabulary(known.blocks, known.rarity, recipe.block_weights)
    matrix = _matrix([vocabulary.vector(one) for one in prepared.pieces], vocabulary)
    plain = _head(matrix, prepared, recipe)
    semantic = None
    if prepared.meanings is not None:
        both = sparse.hstack([matrix, sparse.csr_matrix(recipe.encoder_weight * prepared.meanings)]).tocsr()
        whole = _head(both, prepared, recipe)
        size = vocabulary.size
        semantic = Head(whole.coefficients[:size], whole.intercept, whole.coefficients[size:].astype(np.float32))
    return Fitted(prepared.archetypes, known, vocabulary, plain, semantic, recipe.encoder_weight)


def neighbours(prepared: Prepared, vocabulary: FeatureVocabulary) -> Neighbours:
    rows = [vocabulary.words(vocabulary.vector(one)) for one in prepared.pieces]
    return Neighbours(
        starts=np.cumsum([0, *(len(row.places) for row in rows)], dtype=np.int64),
        words=np.concatenate([row.places for row in rows]) if rows else np.zeros(0, dtype=np.int64),
        weights=np.concatenate([row.values for row in rows]) if rows else np.zeros(0, dtype=np.float32),
        meanings=prepared.meanings,
    )


def _head(matrix: sparse.csr_matrix, prepared: Prepared, recipe: Recipe) -> Head:
    labels = np.array([one.archetype for one in prepared.examples])
    weights = np.array([one.weight for one in prepared.examples])
    learned = LogisticRegression(C=recipe.strength, max_iter=recipe.rounds).fit(matrix, labels, sample_weight=weights)
    coefficients: NDArray[np.float64] = learned.coef_.T
    intercept: NDArray[np.float64] = learned.intercept_
    if len(learned.classes_) == 2:
        # scikit-learn keeps one column for two classes.
        coefficients, intercept = np.hstack([-coefficients, coefficients]) / 2, np.hstack([-intercept, intercept]) / 2
    # Cut to the 16 bits that are saved: differences in the last digits between machines go with the rest.
    return Head(coefficients.astype(np.float16).astype(np.float32), np.round(intercept, 4).astype(np.float32))


def _matrix(rows: Sequence[Sparse], vocabulary: FeatureVocabulary) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (
            np.concatenate([row.values for row in rows]),
            np.concatenate([row.places for row in rows]),
            np.cumsum([0, *(len(row.places) for row in rows)]),
        ),
        shape=(len(rows), vocabulary.size),
    )
