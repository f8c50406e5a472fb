"""routing.yaml and the model, as a ticket meets them: routes before language, language, routes, then the model.

For measuring with held-out verdicts of cross-validation, where the service's own model would know the tickets already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.model.artifact import BandThresholds
from app.model.training.examples import TrainingExample
from app.model.training.predictions import Prediction
from app.rules.conditions.context import Facts
from app.rules.loading import Rules
from app.rules.matching.matching import match
from app.rules.schema.base import Confidence


class _Language(Protocol):
    @property
    def code(self) -> str | None: ...


Detect = Callable[[str], _Language]


def with_routes(
    rules: Rules, examples: Sequence[TrainingExample], modelled: Sequence[Prediction], *, detect: Detect, now: datetime
) -> list[Prediction]:
    """The model's held-out verdicts, replaced where a route or the language step decides first.

    Of an archetype that is `by_rule_only` the model's verdict is a candidate for a person, no tag: the low band.
    """
    return [
        _by_routes(rules, example, one, detect, now) or _limited(rules, one)
        for example, one in zip(examples, modelled, strict=True)
    ]


def thresholds_of(rules: Rules) -> dict[str, BandThresholds]:
    """The thresholds of routing.yaml, archetype by archetype."""
    default = rules.routing.defaults.thresholds
    chosen = {name: archetype.thresholds or default for name, archetype in rules.routing.archetypes.items()}
    return {name: BandThresholds(high=one.high, medium=one.medium) for name, one in chosen.items()}


def _by_routes(
    rules: Rules, example: TrainingExample, said: Prediction, detect: Detect, now: datetime
) -> Prediction | None:
    ticket = example.as_judged()
    language = detect(f"{ticket.subject}\n{ticket.body}")
    matching = match(rules.matcher, ticket, Facts(language=language.code), now)

    def decided(archetype: str, band: Confidence, by: str) -> Prediction:
        return replace(said, archetype=archetype, band=band, decided_by=by, probability=None)

    for stage in ("before language", "after language"):
        fired = matching.first("before language" if stage == "before language" else "after language")
        if fired is not None:
            route = rules.routing.routes[fired.index]
            return decided(route.archetype, route.confidence, f"route:{route.name}")
        if stage == "before language" and language.code not in {None, *rules.routing.languages.answered}:
            return decided(rules.routing.languages.archetype, "high", "language")
    return None


def _limited(rules: Rules, said: Prediction) -> Prediction:
    archetype = rules.routing.archetypes.get(said.archetype or "")
    if archetype is not None and archetype.by_rule_only:
        return replace(said, band="low")
    return said
