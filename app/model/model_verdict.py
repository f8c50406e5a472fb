"""What the learned model says about a ticket, as plain values: no need to load the model."""

from collections.abc import Mapping
from dataclasses import dataclass


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
    """Of every archetype, the likeliest first; they add up to 1."""
    best: str
    probability: float
    strongest: tuple[str, ...]
    """At most five words, phrases or traits that spoke for `best`."""
    nearest: tuple[Nearest, ...]
    version: str
    """SHA-256 of the model."""
    with_encoder: bool
