"""Rules and model on the shipped tickets, as a ticket meets them, and each route beside the model.

The model is held out by cross-validation. The tickets of `tests/app/model/training` it has not read anyway.
"""

from __future__ import annotations

from rich.console import Console

from app.model.encoder import Encoder
from app.model.training.cross_validation import out_of_fold
from app.model.training.evaluation import ACTING, evaluate
from app.model.training.examples import example_of, in_order, shipped_examples
from app.model.training.labelled import read_labelled
from app.model.training.linear_heads import Recipe, prepare
from app.model.training.tables import archetypes, summary
from app.rules.loading import load
from app.triage.language import LanguageDetector
from app.triage.shipped import shipped_judgement
from bench.beside_the_model import beside_the_model, by_route
from bench.held_out import held_out_judgement, judged
from tests.support.paths import ROOT

UNREAD = ("blind", "near_misses")


def run(console: Console) -> None:
    examples, encoder = in_order(shipped_examples()), Encoder.installed()
    crossed = out_of_fold(prepare(examples, encoder), Recipe())
    rules = load((ROOT / "routing.yaml").read_text(), (ROOT / "macros.yaml").read_text())
    judgement = held_out_judgement(crossed, LanguageDetector().detect, with_encoder=encoder is not None)
    routes = beside_the_model(rules, examples, judgement)
    for name, prefixes in (("all", ""), ("ordinary", "d"), ("hard", "abc"), ("weak classes", "efg"), ("harm", "k")):
        chosen = [one for one in examples if one.id.startswith(tuple(prefixes) or "")]
        evaluation = evaluate(judged(rules, chosen, judgement), ACTING)
        console.print(f"\n[bold]{name}[/]", summary(evaluation))
        if name == "all":
            console.print(archetypes(evaluation))
    for name in UNREAD:
        file = ROOT / "tests" / "app" / "model" / "training" / f"{name}.jsonl"
        unread = [example_of(one) for one in read_labelled(file)]
        console.print(f"\n[bold]{name}[/]", summary(evaluate(judged(rules, unread, shipped_judgement()), ACTING)))
        routes += beside_the_model(rules, unread, shipped_judgement())
    console.print(by_route(rules, routes))
