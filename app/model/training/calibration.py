"""Makes confidence mean what it says: temperature, calibration error, thresholds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.artifact import BandThresholds
from app.model.model import probabilities

BINS = 10
STEPS = tuple(round(0.40 + 0.01 * step, 2) for step in range(60))
"""The thresholds that are tried, 0.40 to 0.99. Below that a verdict is a guess, and a person's to make."""
PRIOR = 80.0
"""How many tickets of other archetypes stand in for an archetype's own: about as many as it has, so both count alike.
With few of them the thresholds follow the luck of sixty tickets, and held-out coverage is 2 to 4 points lower."""


@dataclass(frozen=True, slots=True)
class PrecisionTargets:
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
    """No threshold of high confidence is lower, however well sixty tickets went."""


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
    """The temperature between 0.2 and 3 (in steps of 2 %) with the least log loss."""
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
    """ECE: the mean distance between said and right, weighted by how often it was said."""
    total = sum(row.count for row in table)
    return sum(row.count * abs(row.said - row.right) for row in table) / total if total else 0.0


def find_thresholds(
    said: Sequence[Said], archetypes: Sequence[str], acting: frozenset[str], wanted: PrecisionTargets
) -> Mapping[str, BandThresholds]:
    """For each archetype the lowest threshold from which on the wanted precision is reached.

    An archetype's own precision is a matter of luck with few tickets: that of all archetypes at the same threshold is
    mixed in, worth `PRIOR` tickets.
    """
    everywhere = [_precision(said, threshold) for threshold in STEPS]
    thresholds: dict[str, BandThresholds] = {}
    for archetype in archetypes:
        own = [one for one in said if one.best == archetype]
        acts = archetype in acting
        high = _lowest(own, everywhere, wanted.high_acting if acts else wanted.high)
        if high is not None:
            high = max(high, wanted.floor_acting if acts else wanted.floor)
        medium = wanted.medium_strict if archetype in wanted.strict else wanted.medium
        thresholds[archetype] = BandThresholds(high=high, medium=_lowest(own, everywhere, medium))
    return thresholds


def _lowest(own: Sequence[Said], everywhere: Sequence[float], wanted: float) -> float | None:
    lowest = None
    for threshold, elsewhere in zip(reversed(STEPS), reversed(everywhere), strict=True):
        above = [one.right for one in own if one.probability >= threshold]
        if (sum(above) + PRIOR * elsewhere) / (len(above) + PRIOR) < wanted:
            break
        lowest = threshold
    return lowest


def _precision(said: Sequence[Said], threshold: float) -> float:
    above = [one.right for one in said if one.probability >= threshold]
    return sum(above) / len(above) if above else 1.0
