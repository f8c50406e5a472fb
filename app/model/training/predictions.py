"""What was said about a labelled ticket, by whom, and with which confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.model.artifact import BandThresholds
from app.model.model import Model
from app.model.training.examples import TrainingExample

Band = Literal["high", "medium", "low"]
NEVER = BandThresholds(high=None, medium=None)


@dataclass(frozen=True, slots=True)
class Prediction:
    id: str
    gold: str
    right: frozenset[str]
    """`gold` and what a careful colleague could defend."""
    archetype: str | None
    """The best guess, also where the band is low; None: no guess at all."""
    band: Band
    decided_by: str
    """As in a decision: `route:NAME`, `language`, `model`, `none`."""
    probability: float | None = None
    """None for a route, which says high or medium."""
    trace: tuple[dict[str, Any], ...] = field(default=(), hash=False)

    @property
    def is_right(self) -> bool:
        return self.archetype in self.right

    @property
    def confidence(self) -> float:
        """For ranking: a route of high confidence counts as certain."""
        if self.probability is not None:
            return self.probability
        return {"high": 1.0, "medium": 0.75, "low": 0.0}[self.band]


def band_of(threshold: BandThresholds, probability: float) -> Band:
    if threshold.high is not None and probability >= threshold.high:
        return "high"
    if threshold.medium is not None and probability >= threshold.medium:
        return "medium"
    return "low"


def predictions_of(
    model: Model, examples: Sequence[TrainingExample], thresholds: Mapping[str, BandThresholds] | None = None
) -> list[Prediction]:
    """`thresholds`: those of routing.yaml; without them the model's own."""
    thresholds = model.thresholds if thresholds is None else thresholds
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
                band=band_of(thresholds.get(verdict.best, NEVER), verdict.probability),
                decided_by="model",
                probability=verdict.probability,
                trace=(strongest,),
            )
        )
    return predictions
