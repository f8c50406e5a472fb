"""Rules and model on the shipped tickets, as a ticket meets them; the model is held out by cross-validation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from app.model.encoder import Encoder
from app.model.training.calibration import PrecisionTargets
from app.model.training.cross_validation import held_out
from app.model.training.evaluation import ACTING, evaluate
from app.model.training.examples import in_order, shipped_examples
from app.model.training.predictions import band_of
from app.model.training.tables import archetypes, summary
from app.model.training.train import train
from app.rules.loading import load
from app.triage.language import LanguageDetector
from bench.with_routes import thresholds_of, with_routes
from tests.support.paths import ROOT

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(console: Console) -> None:
    examples = in_order(shipped_examples())
    encoder = Encoder.installed()
    crossed = train(examples, encoder).crossed
    rules = load((ROOT / "routing.yaml").read_text(), (ROOT / "macros.yaml").read_text())
    detect = LanguageDetector().detect
    modelled = held_out(crossed, ACTING, PrecisionTargets(), with_encoder=encoder is not None)
    together = with_routes(rules, examples, modelled, detect=detect, now=NOW)
    ordinary = [one for one in together if one.id.startswith("d-")]
    later = [one for one in together if not one.id.startswith("d-")]
    thresholds = thresholds_of(rules)
    with_thresholds = [
        replace(one, band=band_of(thresholds[one.archetype], one.probability))
        for one in modelled
        if one.archetype is not None and one.probability is not None
    ]
    in_use = with_routes(rules, examples, with_thresholds, detect=detect, now=NOW)
    for name, predictions in (
        ("all", together),
        ("ordinary", ordinary),
        ("hard", later),
        ("all, with the thresholds of routing.yaml", in_use),
    ):
        evaluation = evaluate(predictions, ACTING)
        console.print(f"\n[bold]{name}[/]")
        console.print(summary(evaluation))
        if name.startswith("all"):
            console.print(archetypes(evaluation))
