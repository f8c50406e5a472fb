"""What the learned model says about a ticket, as plain values: no need to load the model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from app.model.artifact import BandThresholds


@dataclass(frozen=True, slots=True)
class Nearest:
    """A labelled ticket that is like the one that is judged."""

    id: str
    archetype: str
    begins: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ModelVerdict:
    probabilities: Mapping[str, float]
    """Of every archetype, the likeliest first; they add up to 1, unless some were taken out."""
    best: str
    probability: float
    strongest: tuple[str, ...]
    """At most five words, phrases or traits that spoke for `best`."""
    nearest: tuple[Nearest, ...]
    version: str
    """SHA-256 of the model."""
    with_encoder: bool
    thresholds: Mapping[str, BandThresholds] = field(default_factory=dict)
    """Found by cross-validation; routing.yaml has the last word."""

    def without(self, names: Collection[str]) -> Self | None:
        """Less these archetypes; the others stay as likely as they were. None if no other is left."""
        left = {name: share for name, share in self.probabilities.items() if name not in names}
        if not left:
            return None
        if self.best in left:
            return replace(self, probabilities=left)
        best = next(iter(left))
        return replace(self, probabilities=left, best=best, probability=left[best], strongest=())
