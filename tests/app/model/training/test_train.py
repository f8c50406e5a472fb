"""Training, on a set so small that it takes a second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from app.model.artifact import BandThresholds
from app.model.artifact import load as load_artifact
from app.model.model import Model
from app.model.store import write_model
from app.model.training.examples import TrainingExample
from app.model.training.predictions import predictions_of

if TYPE_CHECKING:
    from app.model.training.train import Trained


def train(examples: list[TrainingExample], encoder: ByLength | None = None) -> Trained:
    from app.model.training.train import train

    return train(examples, encoder)


class ByLength:
    """Stands for the sentence encoder: a vector that the text alone decides."""

    def encode(self, text: str) -> NDArray[np.float32]:
        made = np.zeros(384, dtype=np.float32)
        for number, letter in enumerate(text):
            made[(ord(letter) * 7 + number) % 384] += 1
        return made / np.float32(np.linalg.norm(made) or 1.0)


def test_a_trained_model_can_be_loaded_and_has_learned(examples: list[TrainingExample], tmp_path: Path) -> None:
    trained = train(examples)
    write_model(tmp_path / "model", trained.files)
    model = Model.load(tmp_path / "model")
    assert model.version == trained.version
    assert trained.semantic is None
    assert trained.plain.accuracy > 0.9
    verdict = model.judge(examples[0].ticket, "twitter")
    assert verdict.best == "stability_complaint"
    assert not verdict.with_encoder


def test_the_same_examples_make_the_same_model_in_any_order(examples: list[TrainingExample]) -> None:
    assert train(examples).version == train(examples[::-1]).version


def test_one_label_more_makes_another_model(examples: list[TrainingExample]) -> None:
    assert train(examples).version != train(examples[:-1]).version


def test_with_an_encoder_there_are_two_heads(examples: list[TrainingExample]) -> None:
    trained = train(examples, ByLength())
    assert trained.semantic is not None
    learned = load_artifact(dict(trained.files))
    with_it, without = Model(learned, ByLength()), Model(learned)
    ticket = examples[0].ticket
    assert with_it.judge(ticket, "twitter").with_encoder
    assert not without.judge(ticket, "twitter").with_encoder
    assert without.judge(ticket, "twitter").best == "stability_complaint"
    assert with_it.judge(ticket, "twitter").nearest[0].id == "t-000"


def test_a_saved_model_says_what_the_fitted_one_said(examples: list[TrainingExample]) -> None:
    trained = train(examples, ByLength())
    model = Model(load_artifact(dict(trained.files)), ByLength())
    said = predictions_of(model, examples)
    assert sum(one.is_right for one in said) == len(examples)
    assert {entry["asked"] for one in said for entry in one.trace} == {"model"}


def test_archetypes_with_too_few_examples_are_left_out(examples: list[TrainingExample]) -> None:
    few = [one for one in examples if one.archetype != "spam"] + [one for one in examples if one.archetype == "spam"][
        :2
    ]
    assert load_artifact(dict(train(few).files)).names.archetypes == ("feature_request", "stability_complaint")


def test_one_archetype_cannot_be_learned(examples: list[TrainingExample]) -> None:
    from app.model.training.train import NotEnough

    with pytest.raises(NotEnough, match="two archetypes"):
        train([one for one in examples if one.archetype == "spam"])


def test_thresholds_are_written_as_routing_yaml_has_them() -> None:
    from app.model.training.train import thresholds_yaml

    said = thresholds_yaml(
        {"spam": BandThresholds(high=0.87, medium=0.5), "mention": BandThresholds(high=None, medium=None)}
    )
    assert "spam:\n  thresholds: {high: 0.87, medium: 0.50}" in said
    assert "mention:\n  thresholds: {high: 1.00, medium: 1.00}" in said
