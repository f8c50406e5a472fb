"""What was said about a labelled ticket, by whom, how surely: the one thing that measurements are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from app.model.artifact import Bar

Band = Literal["high", "medium", "low"]


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
    """None where nothing was reckoned: a route says high or medium."""
    trace: tuple[dict[str, Any], ...] = field(default=(), hash=False)

    @property
    def is_right(self) -> bool:
        return self.archetype in self.right

    @property
    def confidence(self) -> float:
        """For ranking: a route of high confidence is as sure as can be."""
        if self.probability is not None:
            return self.probability
        return {"high": 1.0, "medium": 0.75, "low": 0.0}[self.band]


def band_of(bar: Bar, probability: float) -> Band:
    if bar.high is not None and probability >= bar.high:
        return "high"
    if bar.medium is not None and probability >= bar.medium:
        return "medium"
    return "low"
