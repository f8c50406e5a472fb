"""What each route says of the tickets it decides, and what would be said of them without it.

A route is worth its lines if its verdict acts where the model's alone may not, or if it is right more often, or surer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from rich.table import Table

from app.model.training.examples import TrainingExample
from app.model.training.predictions import Prediction
from app.rules.loading import Rules
from app.triage.judge import Judgement
from bench.held_out import judged

_Kind = Callable[[Prediction], bool]


@dataclass(frozen=True, slots=True)
class Beside:
    """One ticket that a route decided."""

    route: str
    said: Prediction
    without: Prediction
    """What the other routes, the language and the model say."""


def beside_the_model(rules: Rules, examples: Sequence[TrainingExample], judgement: Judgement) -> list[Beside]:
    found: dict[str, list[tuple[TrainingExample, Prediction]]] = {}
    for example, said in zip(examples, judged(rules, examples, judgement), strict=True):
        kind, _, name = said.decided_by.partition(":")
        if kind == "route":
            found.setdefault(name, []).append((example, said))
    return [
        Beside(name, said, without)
        for name, decided in found.items()
        for (_, said), without in zip(
            decided, judged(_less(rules, name), [example for example, _ in decided], judgement), strict=True
        )
    ]


def by_route(rules: Rules, routes: Sequence[Beside]) -> Table:
    table = Table("route", "tickets", "right", "without it", "sure", "without it", "surely wrong", "without it")
    for route in rules.routing.routes:
        mine = [one for one in routes if one.route == route.name]
        pairs = [(one.said, one.without) for one in mine]
        cells = [_counted(pairs, kind) for kind in (_is_right, _is_sure, _is_surely_wrong)]
        table.add_row(route.name, str(len(mine)), *(str(count) for pair in cells for count in pair))
    return table


def _less(rules: Rules, name: str) -> Rules:
    """The same rules, without this route's word: as if it were in shadow."""
    matcher = copy(rules.matcher)
    number = next(at for at, route in enumerate(rules.routing.routes) if route.name == name)
    matcher.shadows = matcher.shadows | {number}
    return replace(rules, matcher=matcher)


def _counted(pairs: Sequence[tuple[Prediction, Prediction]], kind: _Kind) -> tuple[int, int]:
    return sum(kind(said) for said, _ in pairs), sum(kind(without) for _, without in pairs)


def _is_right(one: Prediction) -> bool:
    return one.is_right and one.band != "low"


def _is_sure(one: Prediction) -> bool:
    return one.is_right and one.band == "high"


def _is_surely_wrong(one: Prediction) -> bool:
    return not one.is_right and one.band == "high"
