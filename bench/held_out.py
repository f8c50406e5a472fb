"""Rules and model as a ticket meets them, with a model that has not read the ticket: by cross-validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from app.cli.learning import prediction_of
from app.model.model import probabilities
from app.model.model_verdict import ModelVerdict
from app.model.training.calibration import PrecisionTargets
from app.model.training.cross_validation import OutOfFold, calibrated
from app.model.training.evaluation import ACTING
from app.model.training.examples import TrainingExample
from app.model.training.predictions import Prediction
from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.judge import Detect, Judgement, judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def held_out_judgement(crossed: OutOfFold, detect: Detect, *, with_encoder: bool) -> Judgement:
    """Judges the tickets of the training, each by the fold that left it out."""
    verdicts = _verdicts(crossed, with_encoder=with_encoder)

    def ask(ticket: Ticket, _: str) -> ModelVerdict:
        return verdicts[ticket.id]

    return Judgement(detect, ask)


def judged(rules: Rules, examples: Sequence[TrainingExample], judgement: Judgement) -> list[Prediction]:
    return [prediction_of(one, judge(rules, one.ticket, judgement, now=NOW)) for one in examples]


def _verdicts(crossed: OutOfFold, *, with_encoder: bool) -> Mapping[int | str, ModelVerdict]:
    """Temperature and thresholds come from the other folds' tickets, too."""
    examples, found = crossed.prepared.examples, dict[int | str, ModelVerdict]()
    for number in range(int(crossed.fold.max()) + 1):
        others = np.flatnonzero(crossed.fold != number).tolist()
        held = np.flatnonzero(crossed.fold == number).tolist()
        temperature, thresholds = calibrated(crossed, others, ACTING, PrecisionTargets(), with_encoder=with_encoder)
        likely = probabilities(crossed.scores(with_encoder=with_encoder)[held], temperature)
        for row, shares in zip(held, likely, strict=True):
            ordered = dict(sorted(zip(crossed.archetypes, shares.tolist(), strict=True), key=lambda one: -one[1]))
            best = next(iter(ordered))
            found[examples[row].ticket.id] = ModelVerdict(
                ordered, best, ordered[best], (), (), "", with_encoder, thresholds
            )
    return found
