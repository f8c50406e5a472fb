"""What was said about a labelled ticket, by whom, and with which confidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

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

    @classmethod
    def by_model(
        cls, example: TrainingExample, best: str, probability: float, threshold: BandThresholds, *trace: dict[str, Any]
    ) -> Self:
        band = band_of(threshold, probability)
        return cls(example.id, example.archetype, example.right, best, band, "model", probability, trace)

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


def predictions_of(model: Model, examples: Sequence[TrainingExample]) -> list[Prediction]:
    """By the model's own thresholds."""
    predictions = []
    for example in examples:
        verdict = model.judge(example.as_judged(), example.channel)
        strongest = {
            "asked": "model",
            "strongest": list(verdict.strongest),
            "nearest": [one.id for one in verdict.nearest],
        }
        threshold = model.thresholds.get(verdict.best, NEVER)
        predictions.append(Prediction.by_model(example, verdict.best, verdict.probability, threshold, strongest))
    return predictions
