"""Asks a model about labelled tickets: what the gate and `evaluate` compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.model.artifact import Bar
from app.model.model import Model
from app.model.training.examples import TrainingExample
from app.model.training.predictions import Prediction, band_of

NEVER = Bar(high=None, medium=None)


def predictions_of(
    model: Model, examples: Sequence[TrainingExample], bars: Mapping[str, Bar] | None = None
) -> list[Prediction]:
    """`bars`: those of routing.yaml; without them the model's own."""
    bars = model.thresholds if bars is None else bars
    predictions = []
    for example in examples:
        verdict = model.judge(example.ticket, example.channel)
        strongest = {
            "asked": "model",
            "strongest": list(verdict.strongest),
            "nearest": [one.id for one in verdict.nearest],
        }
        predictions.append(
            Prediction(
                id=example.id,
                gold=example.archetype,
                right=example.right,
                archetype=verdict.best,
                band=band_of(bars.get(verdict.best, NEVER), verdict.probability),
                decided_by="model",
                probability=verdict.probability,
                trace=(strongest,),
            )
        )
    return predictions
