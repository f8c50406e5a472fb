"""Cross-validation: a model that has not read a ticket or its near copies judges it.

Tickets of the other folds calibrate it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from app.model.model import probabilities
from app.model.training.calibration import PrecisionTargets, Said, best_temperature, find_thresholds
from app.model.training.examples import groups
from app.model.training.linear_heads import Prepared, Recipe, fit
from app.model.training.predictions import Prediction, band_of

FOLDS = 5
SEED = 20_261_122
UNKNOWN = -30.0
"""The score of an archetype of which a fold had no example to learn from."""


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


def out_of_fold(prepared: Prepared, recipe: Recipe, folds: int = FOLDS, seed: int = SEED) -> OutOfFold:
    labels = [one.archetype for one in prepared.examples]
    archetypes = prepared.archetypes
    fold = np.zeros(len(labels), dtype=np.int64)
    plain = np.full((len(labels), len(archetypes)), UNKNOWN, dtype=np.float32)
    semantic = plain.copy() if prepared.meanings is not None else None
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
        labels, labels, groups(prepared.examples)
    )
    for number, (learned, held) in enumerate(splits):
        fitted = fit(prepared.chosen(learned.tolist()), recipe)
        asked = prepared.chosen(held.tolist())
        columns = [archetypes.index(name) for name in fitted.archetypes]
        fold[held] = number
        plain[np.ix_(held, columns)] = fitted.scores(asked, with_encoder=False)
        if semantic is not None:
            semantic[np.ix_(held, columns)] = fitted.scores(asked, with_encoder=True)
    return OutOfFold(prepared, archetypes, fold, plain, semantic)


def temperature_of(crossed: OutOfFold, rows: Sequence[int], *, with_encoder: bool) -> float:
    chosen = [crossed.prepared.examples[row] for row in rows]
    return best_temperature(
        crossed.scores(with_encoder=with_encoder)[list(rows)],
        [crossed.archetypes.index(one.archetype) for one in chosen],
        [one.weight for one in chosen],
    )


def said(crossed: OutOfFold, rows: Sequence[int], temperature: float, *, with_encoder: bool) -> list[Said]:
    likely = probabilities(crossed.scores(with_encoder=with_encoder)[list(rows)], temperature)
    best = likely.argmax(axis=1)
    return [
        Said(crossed.archetypes[one], float(likely[number, one]), crossed.archetypes[one] in example.right)
        for number, (one, example) in enumerate(
            zip(best, (crossed.prepared.examples[row] for row in rows), strict=True)
        )
    ]


def held_out(
    crossed: OutOfFold, acting: frozenset[str], wanted: PrecisionTargets, *, with_encoder: bool
) -> list[Prediction]:
    """What each ticket would have got, with temperature and thresholds from the other folds' tickets only."""
    predictions: dict[int, Prediction] = {}
    for number in range(int(crossed.fold.max()) + 1):
        others = np.flatnonzero(crossed.fold != number).tolist()
        held = np.flatnonzero(crossed.fold == number).tolist()
        temperature = temperature_of(crossed, others, with_encoder=with_encoder)
        thresholds = find_thresholds(
            said(crossed, others, temperature, with_encoder=with_encoder), crossed.archetypes, acting, wanted
        )
        for row, one in zip(held, said(crossed, held, temperature, with_encoder=with_encoder), strict=True):
            example = crossed.prepared.examples[row]
            predictions[row] = Prediction(
                id=example.id,
                gold=example.archetype,
                right=example.right,
                archetype=one.best,
                band=band_of(thresholds[one.best], one.probability),
                decided_by="model",
                probability=one.probability,
            )
    return [predictions[row] for row in sorted(predictions)]
