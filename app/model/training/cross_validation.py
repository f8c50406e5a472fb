"""Cross-validation: a model that has not read a ticket or its near copies judges it.

Tickets of the other folds calibrate it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from app.model.artifact import BandThresholds
from app.model.model import probabilities
from app.model.training.calibration import PrecisionTargets, Said, best_temperature, find_thresholds
from app.model.training.examples import groups
from app.model.training.linear_heads import Prepared, Recipe, fit
from app.model.training.predictions import Prediction

FOLDS = 5
SEED = 20_261_122
Say = Callable[[str], object]
"""Told what begins, for whoever waits."""
UNKNOWN = -30.0
"""The score of an archetype of which a fold had no example to learn from."""


def silent(_: str) -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Scores of every example by the model of the fold that left it out."""

    prepared: Prepared
    archetypes: tuple[str, ...]
    fold: NDArray[np.int64]
    plain: NDArray[np.float32]
    semantic: NDArray[np.float32] | None

    def scores(self, *, with_encoder: bool) -> NDArray[np.float32]:
        return self.semantic if with_encoder and self.semantic is not None else self.plain


def out_of_fold(prepared: Prepared, recipe: Recipe, say: Say = silent) -> OutOfFold:
    labels = [one.archetype for one in prepared.examples]
    archetypes = prepared.archetypes
    fold = np.zeros(len(labels), dtype=np.int64)
    plain = np.full((len(labels), len(archetypes)), UNKNOWN, dtype=np.float32)
    semantic = plain.copy() if prepared.meanings is not None else None
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (learned, held) in enumerate(folds.split(labels, labels, groups(prepared.examples))):
        say(f"Part {number + 1} of {FOLDS}: trains on {len(learned)} tickets, and is measured on {len(held)}.")
        fitted = fit(prepared.chosen(learned.tolist()), recipe)
        asked = prepared.chosen(held.tolist())
        columns = [archetypes.index(name) for name in fitted.archetypes]
        fold[held] = number
        plain[np.ix_(held, columns)] = fitted.scores(asked, with_encoder=False)
        if semantic is not None:
            semantic[np.ix_(held, columns)] = fitted.scores(asked, with_encoder=True)
    return OutOfFold(prepared, archetypes, fold, plain, semantic)


def calibrated(
    crossed: OutOfFold, rows: Sequence[int], acting: frozenset[str], wanted: PrecisionTargets, *, with_encoder: bool
) -> tuple[float, Mapping[str, BandThresholds]]:
    """Temperature and thresholds, by the examples in these rows."""
    chosen = [crossed.prepared.examples[row] for row in rows]
    labels = [crossed.archetypes.index(one.archetype) for one in chosen]
    scores = crossed.scores(with_encoder=with_encoder)[list(rows)]
    temperature = best_temperature(scores, labels, [one.weight for one in chosen])
    judged = said(crossed, rows, temperature, with_encoder=with_encoder)
    return temperature, find_thresholds(judged, crossed.archetypes, acting, wanted)


def said(crossed: OutOfFold, rows: Sequence[int], temperature: float, *, with_encoder: bool) -> list[Said]:
    likely = probabilities(crossed.scores(with_encoder=with_encoder)[list(rows)], temperature)
    examples = [crossed.prepared.examples[row] for row in rows]
    return [
        Said(crossed.archetypes[best], float(shares[best]), crossed.archetypes[best] in example.right)
        for example, shares, best in zip(examples, likely, likely.argmax(axis=1), strict=True)
    ]


def held_out(
    crossed: OutOfFold, acting: frozenset[str], wanted: PrecisionTargets, *, with_encoder: bool
) -> list[Prediction]:
    """What each ticket would have got, with temperature and thresholds from the other folds' tickets only."""
    predictions: dict[int, Prediction] = {}
    for number in range(int(crossed.fold.max()) + 1):
        others = np.flatnonzero(crossed.fold != number).tolist()
        held = np.flatnonzero(crossed.fold == number).tolist()
        temperature, thresholds = calibrated(crossed, others, acting, wanted, with_encoder=with_encoder)
        for row, one in zip(held, said(crossed, held, temperature, with_encoder=with_encoder), strict=True):
            example = crossed.prepared.examples[row]
            predictions[row] = Prediction.by_model(example, one.best, one.probability, thresholds[one.best])
    return [predictions[row] for row in sorted(predictions)]
