"""Confidence means what it says."""

import numpy as np
import pytest

from app.model.artifact import BandThresholds
from app.model.training.calibration import (
    PrecisionTargets,
    Said,
    best_temperature,
    calibration_error,
    find_thresholds,
    reliability,
)
from app.model.training.predictions import band_of


def test_scores_that_are_too_bold_are_cooled() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(size=(4000, 3))
    chances = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    labels = [int(rng.choice(3, p=row)) for row in chances]
    found = best_temperature((true * 2.5).astype(np.float32), labels, [1.0] * len(labels))
    assert found == pytest.approx(2.5, rel=0.1)


def test_an_honest_table_has_no_error_and_a_boastful_one_has() -> None:
    honest = [(0.75, True)] * 3 + [(0.75, False)]
    assert calibration_error(reliability(honest)) == pytest.approx(0.0)
    assert calibration_error(reliability([(0.95, False)] * 4)) == pytest.approx(0.95)


def test_certainty_belongs_to_the_last_row() -> None:
    (row,) = reliability([(1.0, True)])
    assert (row.low, row.high, row.count) == (0.9, 1.0, 1)


def test_nothing_said_is_no_error() -> None:
    assert calibration_error(()) == 0.0


def _said(archetype: str, probability: float, right: int, wrong: int) -> list[Said]:
    return [Said(archetype, probability, True)] * right + [Said(archetype, probability, False)] * wrong


def test_the_threshold_is_the_lowest_one_that_keeps_the_promise() -> None:
    said = _said("spam", 0.9, 200, 0) + _said("spam", 0.7, 200, 4) + _said("spam", 0.5, 20, 80)
    thresholds = find_thresholds(
        said, ["spam"], frozenset(), PrecisionTargets(high=0.96, medium=0.5, strict=frozenset())
    )
    high, medium = thresholds["spam"].high, thresholds["spam"].medium
    assert high is not None
    assert 0.5 < high <= 0.7
    assert medium is not None
    assert medium <= 0.5


def test_acting_archetypes_have_a_higher_bar() -> None:
    said = _said("spam", 0.9, 300, 0) + _said("spam", 0.6, 97, 3)
    wanted = PrecisionTargets(high=0.96, high_acting=0.995)
    careful = find_thresholds(said, ["spam"], frozenset({"spam"}), wanted)["spam"].high
    easy = find_thresholds(said, ["spam"], frozenset(), wanted)["spam"].high
    assert careful is not None
    assert easy is not None
    assert careful > easy


def test_what_goes_before_the_topic_is_suggested_more_rarely() -> None:
    said = [*_said("spam", 0.9, 300, 0), *_said("spam", 0.5, 85, 15), *_said("mention", 0.9, 300, 0)]
    said += _said("mention", 0.5, 85, 15)
    thresholds = find_thresholds(said, ["spam", "mention"], frozenset(), PrecisionTargets(medium_strict=0.97))
    spam, mention = thresholds["spam"].medium, thresholds["mention"].medium
    assert spam is not None
    assert mention is not None
    assert spam > mention


def test_an_archetype_that_is_always_wrong_gets_no_bar() -> None:
    thresholds = find_thresholds(_said("mention", 0.99, 0, 50), ["mention"], frozenset(), PrecisionTargets())
    assert thresholds["mention"] == BandThresholds(high=None, medium=None)


def test_bands_follow_the_thresholds() -> None:
    threshold = BandThresholds(high=0.9, medium=0.6)
    assert [band_of(threshold, share) for share in (0.9, 0.6, 0.59)] == ["high", "medium", "low"]
    assert band_of(BandThresholds(high=None, medium=None), 1.0) == "low"
