"""Lets a new model replace the one in use only if it is not worse on tickets that neither has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.model.training.evaluation import Evaluation
from app.model.training.examples import TrainingExample, groups

F1_MARGIN = 0.01
PRECISION_MARGIN = 0.03
FEWEST_SAID = 10
"""With fewer verdicts of an archetype, a single ticket moves its precision by more than the margin."""
SLICE = 0.2
FEWEST_IN_SLICE = 40


@dataclass(frozen=True, slots=True)
class Slice:
    """Labelled tickets by time: a model that has read the older ones is tried on the newer ones."""

    older: tuple[TrainingExample, ...]
    newer: tuple[TrainingExample, ...]


def newest_slice(examples: Sequence[TrainingExample], unread_since: datetime | None) -> Slice | None:
    """The newest fifth of the dated examples, without those that resemble an older one or that the model has read.

    None if fewer than 40 are left: then cross-validation decides.
    """
    dated = sorted((one for one in examples if one.at is not None), key=lambda one: (one.at, one.id))
    fresh = [one for one in dated if unread_since is None or (one.at is not None and one.at > unread_since)]
    wanted = fresh[-max(int(len(dated) * SLICE), FEWEST_IN_SLICE) :]
    if len(wanted) < FEWEST_IN_SLICE:
        return None
    chosen = {id(one) for one in wanted}
    group = groups(examples)
    older_groups = {number for number, one in zip(group, examples, strict=True) if id(one) not in chosen}
    newer = tuple(
        one for number, one in zip(group, examples, strict=True) if id(one) in chosen and number not in older_groups
    )
    older = tuple(one for one in examples if id(one) not in chosen)
    return Slice(older, newer) if len(newer) >= FEWEST_IN_SLICE else None


def refusals(before: Evaluation, after: Evaluation) -> tuple[str, ...]:
    """Why the new model is worse, in sentences; empty if it may replace the old one. Both on the same tickets."""
    reasons: list[str] = []
    if after.macro_f1 < before.macro_f1 - F1_MARGIN:
        reasons.append(f"macro F1 falls from {before.macro_f1:.3f} to {after.macro_f1:.3f}")
    earlier = {score.archetype: score for score in before.archetypes}
    for score in after.archetypes:
        was = earlier.get(score.archetype)
        if was is None or min(was.said, score.said) < FEWEST_SAID:
            continue
        if score.precision < was.precision - PRECISION_MARGIN:
            reasons.append(f"precision of {score.archetype} falls from {was.precision:.2f} to {score.precision:.2f}")
    return tuple(reasons)
