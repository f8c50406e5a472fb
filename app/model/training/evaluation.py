"""How good predictions are, as plain values: for people, for JSON, and for the gate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.model.training.calibration import Reliability, calibration_error, reliability
from app.model.training.predictions import Band, Prediction
from app.word_lists import words

ACTING = words(
    """
    spam political customer_support event_sponsorship bug_report feature_request two_factor_reset solved_by_user
    """
)
"""Archetypes that lead to an act which a person would have to take back."""
WORST = 15
NOTHING = "(nothing)"
"""Stands for "no guess" in the confusion table."""


@dataclass(frozen=True, slots=True)
class ArchetypeScore:
    archetype: str
    count: int
    """Tickets that are labelled with it."""
    said: int
    """Tickets for which it was the guess."""
    precision: float
    recall: float
    f1: float
    recall_given: float
    """Of those labelled with it, the share that got it as a tag: with high or medium confidence."""
    precision_given: float
    """Of those that got it as a tag, the share for which it can be defended."""
    recall_sure: float
    """Of those labelled with it, the share that got it with high confidence."""
    precision_sure: float
    """Of those that got it with high confidence, the share for which it can be defended."""


@dataclass(frozen=True, slots=True)
class BandScore:
    coverage: float
    precision: float
    """Counting what a careful colleague could defend; 1 if the band is empty."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    count: int
    accuracy: float
    """Of all tickets; no guess is wrong."""
    accuracy_also_ok: float
    macro_f1: float
    archetypes: tuple[ArchetypeScore, ...]
    bands: Mapping[Band, BandScore]
    coverage_at: Mapping[str, float]
    """The largest share of tickets, the surest first, in which so much was right: keys "0.90", "0.95"."""
    confidently_wrong: float
    """Share of all tickets that got an acting archetype with high confidence, and could not have it."""
    calibration_error: float
    """ECE of the model's own verdicts against `gold`."""
    reliability: tuple[Reliability, ...]
    confusion: Mapping[str, Mapping[str, int]]
    """gold -> guess -> how often."""
    decided_by: Mapping[str, BandScore]
    """Route, language, model: which share each took, and how much of it was right."""
    worst: tuple[Prediction, ...]
    """The surest errors."""

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        fields["worst"] = [
            {
                "id": one.id,
                "gold": one.gold,
                "also_ok": sorted(one.right - {one.gold}),
                "archetype": one.archetype,
                "confidence": one.band,
                "decided_by": one.decided_by,
                "probability": one.probability,
                "trace": list(one.trace),
            }
            for one in self.worst
        ]
        return fields


def evaluate(predictions: Sequence[Prediction], acting: frozenset[str]) -> Evaluation:
    count = len(predictions)
    modelled = [one for one in predictions if one.probability is not None and one.decided_by == "model"]
    table = reliability([(one.probability or 0.0, one.archetype == one.gold) for one in modelled])
    scores = tuple(_score(name, predictions) for name in sorted({one.gold for one in predictions}))
    wrong = [one for one in predictions if one.archetype is not None and not one.is_right]
    return Evaluation(
        count=count,
        accuracy=_share(sum(one.archetype == one.gold for one in predictions), count),
        accuracy_also_ok=_share(sum(one.is_right for one in predictions), count),
        macro_f1=_share(sum(score.f1 for score in scores), len(scores)),
        archetypes=scores,
        bands={band: _band([one for one in predictions if one.band == band], count) for band in _BANDS},
        coverage_at={f"{precision:.2f}": coverage_at(predictions, precision) for precision in (0.90, 0.95, 0.96)},
        confidently_wrong=_share(sum(one.band == "high" and one.archetype in acting for one in wrong), count),
        calibration_error=calibration_error(table),
        reliability=table,
        confusion=_confusion(predictions),
        decided_by={
            who: _band([one for one in predictions if _kind(one) == who], count)
            for who in sorted({_kind(one) for one in predictions})
        },
        worst=tuple(sorted(wrong, key=lambda one: (-one.confidence, one.id))[:WORST]),
    )


def coverage_at(predictions: Sequence[Prediction], precision: float) -> float:
    ranked = sorted((one for one in predictions if one.archetype), key=lambda one: (-one.confidence, one.id))
    right, best = 0, 0
    for number, one in enumerate(ranked, start=1):
        right += one.is_right
        if right >= precision * number:
            best = number
    return _share(best, len(predictions))


_BANDS: tuple[Band, ...] = ("high", "medium", "low")


def _score(archetype: str, predictions: Sequence[Prediction]) -> ArchetypeScore:
    labelled = [one for one in predictions if one.gold == archetype]
    said = [one for one in predictions if one.archetype == archetype]
    given = [one for one in said if one.band != "low"]
    sure = [one for one in said if one.band == "high"]
    hits = sum(one.gold == archetype for one in said)
    precision, recall = _share(hits, len(said)), _share(hits, len(labelled))
    return ArchetypeScore(
        archetype=archetype,
        count=len(labelled),
        said=len(said),
        precision=precision,
        recall=recall,
        f1=_share(2 * precision * recall, precision + recall),
        recall_given=_share(sum(one.gold == archetype for one in given), len(labelled)),
        precision_given=_share(sum(one.is_right for one in given), len(given), empty=1.0),
        recall_sure=_share(sum(one.gold == archetype for one in sure), len(labelled)),
        precision_sure=_share(sum(one.is_right for one in sure), len(sure), empty=1.0),
    )


def _band(inside: Sequence[Prediction], count: int) -> BandScore:
    return BandScore(_share(len(inside), count), _share(sum(one.is_right for one in inside), len(inside), empty=1.0))


def _confusion(predictions: Sequence[Prediction]) -> dict[str, dict[str, int]]:
    pairs = Counter((one.gold, one.archetype or NOTHING) for one in predictions)
    return {
        gold: {said: times for (label, said), times in sorted(pairs.items()) if label == gold}
        for gold in sorted({label for label, _ in pairs})
    }


def _kind(prediction: Prediction) -> str:
    return prediction.decided_by.partition(":")[0]


def _share(part: float, whole: float, *, empty: float = 0.0) -> float:
    return part / whole if whole else empty
