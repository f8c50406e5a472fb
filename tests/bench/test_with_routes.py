"""Routes and language decide before the model does, and the YAML can forbid it to decide."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.model.training.predictions import Prediction
from app.rules.loading import Rules, load
from app.triage.language import Language
from bench.with_routes import thresholds_of, with_routes
from tests.app.model.training.conftest import example
from tests.support.paths import ROOT

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load((ROOT / "routing.yaml").read_text(encoding="utf-8"), (ROOT / "macros.yaml").read_text(encoding="utf-8"))


def _english(text: str) -> Language:
    return Language("en", "a test")


def _said(archetype: str) -> Prediction:
    return Prediction("t-1", archetype, frozenset({archetype}), archetype, "high", "model", 0.99)


def test_what_is_not_english_never_reaches_the_model(rules: Rules) -> None:
    asked = [example(1, "mention", "wie geht es euch heute mit dem neuen Ding da draußen")]
    (found,) = with_routes(rules, asked, [_said("mention")], detect=lambda text: Language("de", "a test"), now=NOW)
    assert (found.archetype, found.decided_by, found.band) == ("non_english", "language", "high")
    assert found.probability is None


def test_without_a_route_the_model_decides(rules: Rules) -> None:
    asked = [example(1, "mention", "zebra umbrella")]
    (found,) = with_routes(rules, asked, [_said("mention")], detect=_english, now=NOW)
    assert (found.decided_by, found.band) == ("model", "high")


def test_of_an_archetype_by_rule_only_the_models_verdict_is_no_tag(rules: Rules) -> None:
    archetypes = dict(rules.routing.archetypes)
    archetypes["mention"] = archetypes["mention"].model_copy(update={"by_rule_only": True})
    strict = replace(rules, routing=rules.routing.model_copy(update={"archetypes": archetypes}))
    asked = [example(1, "mention", "zebra umbrella")]
    (found,) = with_routes(strict, asked, [_said("mention")], detect=_english, now=NOW)
    assert (found.archetype, found.band) == ("mention", "low")


def test_every_archetype_of_the_yaml_has_a_bar(rules: Rules) -> None:
    assert set(thresholds_of(rules)) == set(rules.routing.archetypes)
