"""What is measured, on a handful of verdicts that can be counted by hand."""

import json

import pytest
from rich.console import Console

from app.model.training.evaluation import NOTHING, coverage_at, evaluate
from app.model.training.predictions import Band, Prediction
from app.model.training.tables import render

ACTING = frozenset({"spam"})


def _said(
    number: int, gold: str, archetype: str | None, probability: float | None, band: Band, *also: str, by: str = "model"
) -> Prediction:
    trace = ({"asked": "model", "strongest": ["is down", "502"]},)
    return Prediction(f"t-{number}", gold, frozenset({gold, *also}), archetype, band, by, probability, trace)


PREDICTIONS = [
    _said(1, "spam", "spam", 0.95, "high"),
    _said(2, "spam", "mention", 0.55, "medium"),
    _said(3, "mention", "mention", None, "high", by="route:praise"),
    _said(4, "mention", "spam", 0.92, "high"),
    _said(5, "mention", "spam", 0.45, "low", "spam"),
    _said(6, "mention", None, None, "low", by="none"),
]


def test_accuracy_counts_no_guess_as_wrong_and_tells_defensible_ones_apart() -> None:
    found = evaluate(PREDICTIONS, ACTING)
    assert found.accuracy == pytest.approx(2 / 6)
    assert found.accuracy_also_ok == pytest.approx(3 / 6)


def test_each_archetype_has_its_own_scores() -> None:
    mention, spam = evaluate(PREDICTIONS, ACTING).archetypes
    assert (mention.archetype, mention.precision, mention.recall) == ("mention", 1 / 2, 1 / 4)
    assert (spam.count, spam.said, spam.precision) == (2, 3, 1 / 3)
    assert (spam.recall_given, spam.precision_given) == (1 / 2, 1 / 2)
    assert spam.recall_sure == 1 / 2
    assert spam.precision_sure == 1 / 2


def test_bands_have_coverage_and_precision() -> None:
    bands = evaluate(PREDICTIONS, ACTING).bands
    assert bands["high"].coverage == pytest.approx(3 / 6)
    assert bands["high"].precision == pytest.approx(2 / 3)


def test_only_sure_errors_on_acting_archetypes_are_confidently_wrong() -> None:
    assert evaluate(PREDICTIONS, ACTING).confidently_wrong == pytest.approx(1 / 6)
    assert evaluate(PREDICTIONS, frozenset({"mention"})).confidently_wrong == 0


def test_confusion_has_a_place_for_no_guess() -> None:
    assert evaluate(PREDICTIONS, ACTING).confusion["mention"] == {NOTHING: 1, "mention": 1, "spam": 2}


def test_the_surest_error_comes_first() -> None:
    assert [one.id for one in evaluate(PREDICTIONS, ACTING).worst] == ["t-4", "t-2"]


def test_coverage_is_the_longest_sure_part() -> None:
    ranked = [_said(n, "spam", "spam" if n != 2 else "mention", 0.99 - n / 100, "high") for n in range(10)]
    assert coverage_at(ranked, 0.9) == 1.0
    assert coverage_at(ranked, 0.95) == pytest.approx(0.2)


def test_routes_have_no_part_in_calibration() -> None:
    only_route = [_said(1, "mention", "mention", None, "high", by="route:praise")]
    assert evaluate(only_route, ACTING).reliability == ()


def test_it_can_be_written_as_json_and_as_tables() -> None:
    found = evaluate(PREDICTIONS, ACTING)
    fields = json.loads(json.dumps(found.as_json()))
    assert fields["worst"][0]["id"] == "t-4"
    assert fields["worst"][0]["trace"][0]["strongest"] == ["is down", "502"]
    console = Console(width=140, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(render(found))
    said = captured.get()
    assert "no guess 1" in said
    assert "is down, 502" in said


def test_nothing_to_measure_is_not_an_error() -> None:
    assert evaluate([], ACTING).accuracy == 0
