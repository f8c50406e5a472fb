"""Makes confidence mean what it says: temperature, expected calibration error, thresholds. Plain numbers in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.artifact import Bar
from app.model.model import probabilities

BINS = 10
STEPS = tuple(round(0.40 + 0.01 * step, 2) for step in range(60))
"""The bars that are tried, 0.40 to 0.99: less is a guess, whatever the tickets at hand say, and a person's to make."""
PRIOR = 80.0
"""How many tickets of other archetypes stand in for an archetype's own: about as many as it has, so that both count
alike. With few of them the bars follow the luck of sixty tickets, and held-out coverage is 2 to 4 points lower."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Precision asked for, counting what a careful colleague could defend.

    More than half of the labelled tickets are hard ones, far more than in real traffic: what is asked of them here
    gives 0.96 together with the routes, and more where a quarter is hard (docs/evaluation.md).
    """

    high: float = 0.92
    high_acting: float = 0.95
    """For archetypes that lead to something that a person would have to take back."""
    medium: float = 0.80
    strict: frozenset[str] = frozenset({"customer_support", "political", "spam", "two_factor_reset"})
    """What goes before the topic of a ticket (labelling guide): a wrong one hides what the ticket is about."""
    medium_strict: float = 0.92
    floor: float = 0.50
    floor_acting: float = 0.75
    """No bar of high confidence is lower, however well sixty tickets went."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """One row of the table: of what was said with this confidence, how much was right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said about a labelled ticket."""

    best: str
    probability: float
    right: bool


def best_temperature(scores: NDArray[np.float32], labels: Sequence[int], weights: Sequence[float]) -> float:
    """The one of 0.2 to 3 (in steps of 2 %) with the least log loss."""
    rows, known = np.arange(len(labels)), np.array(labels)
    importance = np.array(weights) / np.sum(weights)

    def loss(temperature: float) -> float:
        likely = probabilities(scores, temperature)[rows, known]
        return float(-(importance * np.log(np.maximum(likely, 1e-12))).sum())

    tried = [round(float(0.2 * 1.02**step), 4) for step in range(137)]
    return min(tried, key=loss)


def reliability(said: Sequence[tuple[float, bool]]) -> tuple[Reliability, ...]:
    """Probability and outcome of each verdict, in ten bins; empty bins are left out."""
    rows: list[Reliability] = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [one for one in said if low <= one[0] < high or (number == BINS - 1 and one[0] == 1.0)]
        if inside:
            mean = sum(probability for probability, _ in inside) / len(inside)
            rows.append(Reliability(low, high, len(inside), mean, sum(right for _, right in inside) / len(inside)))
    return tuple(rows)


def calibration_error(table: Sequence[Reliability]) -> float:
    """ECE: the mean distance of what was said from what was right, weighted by how often it was said."""
    total = sum(row.count for row in table)
    return sum(row.count * abs(row.said - row.right) for row in table) / total if total else 0.0


def thresholds(
    said: Sequence[Said], archetypes: Sequence[str], acting: frozenset[str], wanted: Wanted
) -> Mapping[str, Bar]:
    """For each archetype the lowest bar at which, and above which, the wanted precision is reached.

    With few tickets of an archetype its own precision is a matter of luck: that of all archetypes at the same bar is
    mixed in, worth `PRIOR` tickets.
    """
    everywhere = [_precision(said, bar) for bar in STEPS]
    bars: dict[str, Bar] = {}
    for archetype in archetypes:
        own = [one for one in said if one.best == archetype]
        acts = archetype in acting
        high = _lowest(own, everywhere, wanted.high_acting if acts else wanted.high)
        if high is not None:
            high = max(high, wanted.floor_acting if acts else wanted.floor)
        medium = wanted.medium_strict if archetype in wanted.strict else wanted.medium
        bars[archetype] = Bar(high=high, medium=_lowest(own, everywhere, medium))
    return bars


def _lowest(own: Sequence[Said], everywhere: Sequence[float], wanted: float) -> float | None:
    lowest = None
    for bar, elsewhere in zip(reversed(STEPS), reversed(everywhere), strict=True):
        above = [one.right for one in own if one.probability >= bar]
        if (sum(above) + PRIOR * elsewhere) / (len(above) + PRIOR) < wanted:
            break
        lowest = bar
    return lowest


def _precision(said: Sequence[Said], bar: float) -> float:
    above = [one.right for one in said if one.probability >= bar]
    return sum(above) / len(above) if above else 1.0
