"""Tickets are judged as live ones, by a model that has not read them; and each route beside what others would say."""

from __future__ import annotations

import pytest

from app.model.model_verdict import ModelVerdict
from app.triage.judge import Judgement
from app.triage.language import Language
from tests.app.model.training.conftest import PLACES, TEXTS, example
from tests.support.rules import rules

ROUTES = """
    - {name: stars, archetype: bug_report, when: {phrases: stars}}
    - {name: moon, archetype: bug_report, when: {phrases: moon}, confidence: medium}
"""
RULES = rules(ROUTES)
LEARNED = [
    example(number, archetype, f"{text} {place} number{number}x")
    for number, (place, archetype, text) in enumerate(
        (place, archetype, text) for place in PLACES for archetype, texts in TEXTS.items() for text in texts[:2]
    )
]
TICKETS = [example(1, "bug_report", "stars and moon"), example(2, "mention", "only the stars tonight")]


def _says(archetype: str, share: float, language: str = "en") -> Judgement:
    said = ModelVerdict({archetype: share}, archetype, share, (), (), "", False)
    return Judgement(lambda _: Language(language, "a test"), lambda *_: said)


def test_each_ticket_is_judged_by_the_fold_that_left_it_out() -> None:
    from app.model.training.cross_validation import out_of_fold
    from app.model.training.linear_heads import Recipe, prepare
    from bench.held_out import held_out_judgement

    crossed = out_of_fold(prepare(LEARNED, None), Recipe())
    judgement = held_out_judgement(crossed, lambda _: Language("en", "a test"), with_encoder=False)
    assert judgement.model is not None
    said = [judgement.model(one.ticket, "twitter") for one in LEARNED]
    assert sum(one.best == two.archetype for one, two in zip(said, LEARNED, strict=True)) > 0.8 * len(LEARNED)
    assert all(set(one.thresholds) == set(TEXTS) for one in said)
    assert all(list(one.probabilities.values()) == sorted(one.probabilities.values(), reverse=True) for one in said)


def test_language_comes_before_the_model() -> None:
    from bench.held_out import judged

    (found,) = judged(RULES, [example(3, "mention", "wie geht es euch heute")], _says("mention", 0.99, "de"))
    assert (found.archetype, found.decided_by, found.band) == ("non_english", "language", "high")


def test_a_route_is_measured_beside_the_next_route_and_the_model() -> None:
    from bench.beside_the_model import beside_the_model

    found = beside_the_model(RULES, TICKETS, _says("mention", 0.95))
    assert [(one.route, one.said.archetype, one.without.archetype) for one in found] == [
        ("stars", "bug_report", "bug_report"),  # the route `moon`
        ("stars", "bug_report", "mention"),
    ]
    assert [one.without.decided_by for one in found] == ["route:moon", "model"]


@pytest.mark.parametrize(("column", "cells"), [(1, ["2", "0"]), (2, ["1", "0"]), (3, ["2", "0"])])
def test_the_table_counts_what_is_right_with_and_without_each_route(column: int, cells: list[str]) -> None:
    from bench.beside_the_model import beside_the_model, by_route

    table = by_route(RULES, beside_the_model(RULES, TICKETS, _says("mention", 0.95)))
    assert list(table.columns[column].cells) == cells
