"""Cross-validation praises nothing that was read before."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from app.model.training.calibration import PrecisionTargets
from app.model.training.examples import TrainingExample, groups, in_order
from app.model.training.predictions import Prediction
from tests.app.model.training.conftest import example

if TYPE_CHECKING:
    from app.model.training.cross_validation import OutOfFold


def _crossed(examples: list[TrainingExample]) -> OutOfFold:
    from app.model.training.cross_validation import out_of_fold
    from app.model.training.linear_heads import Recipe, prepare

    return out_of_fold(prepare(in_order(examples), None), Recipe())


def _held_out(crossed: OutOfFold) -> list[Prediction]:
    """No archetype acts."""
    from app.model.training.cross_validation import held_out

    return held_out(crossed, frozenset(), PrecisionTargets(), with_encoder=False)


def test_a_group_is_on_one_side(examples: list[TrainingExample]) -> None:
    copies = [example(500 + number, one.archetype, one.ticket.body) for number, one in enumerate(examples[:30])]
    crossed = _crossed(examples + copies)
    folds: dict[int, set[int]] = {}
    for group, fold in zip(groups(crossed.prepared.examples), crossed.fold, strict=True):
        folds.setdefault(group, set()).add(int(fold))
    assert all(len(places) == 1 for places in folds.values())


def test_labels_that_mean_nothing_cannot_be_learned() -> None:
    random = Random(3)
    words = [chr(97 + number) * 5 for number in range(15)]
    senseless = [
        example(number, random.choice(["spam", "mention"]), " ".join(random.choices(words, k=9)))
        for number in range(200)
    ]
    said = _held_out(_crossed(senseless))
    assert sum(one.is_right for one in said) / len(said) == pytest.approx(0.5, abs=0.12)
    assert sum(one.band == "high" for one in said) <= 10


def test_every_example_is_judged_once_in_its_place(examples: list[TrainingExample]) -> None:
    crossed = _crossed(examples)
    said = _held_out(crossed)
    assert [one.id for one in said] == [one.id for one in crossed.prepared.examples]
    assert sum(one.is_right for one in said) > 0.9 * len(said)
