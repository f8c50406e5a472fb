"""The learned model as two files: numbers in `model.npz` (never pickled), names in `model.json`.

The SHA-256 of both is the model's version: the same content has the same version wherever it was made.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from app.rules.schema.strict import Strict

FORMAT: Final = 1
NUMBERS: Final = "model.npz"
NAMES: Final = "model.json"

FloatArray = NDArray[np.float32]


class BadModel(ValueError):
    reason = "bad_model"


class Remembered(Strict):
    """A labelled ticket that may be named as a neighbour."""

    id: str
    archetype: str
    begins: str


class BandThresholds(Strict):
    """The probabilities from which on confidence is high, and medium; None: it never is."""

    high: Annotated[float, Field(ge=0, le=1)] | None
    medium: Annotated[float, Field(ge=0, le=1)] | None


class ModelNames(Strict):
    """model.json."""

    format: int
    archetypes: tuple[str, ...] = Field(min_length=2)
    pieces: tuple[tuple[str, ...], ...] = Field(min_length=4, max_length=4)
    """The known names of each block of features, in the order of the rows of `coefficients`."""
    block_weights: tuple[float, ...] = Field(min_length=4, max_length=4)
    encoder: str | None
    """The SHA-256 of the encoder's weights that the second head was trained with; None: there is no second head."""
    encoder_weight: float = 0.0
    temperature: Annotated[float, Field(gt=0)]
    temperature_with_encoder: Annotated[float, Field(gt=0)] | None = None
    thresholds: Mapping[str, BandThresholds] = Field(default_factory=dict)
    thresholds_with_encoder: Mapping[str, BandThresholds] = Field(default_factory=dict)
    remembered: tuple[Remembered, ...] = ()
    trained_on: dict[str, int | str] = Field(default_factory=dict)
    measured: dict[str, float] = Field(default_factory=dict)
    made_with: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_ours(self) -> Self:
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} is not {FORMAT}: train again with this version of Pointsman")
        if (self.encoder is None) != (self.temperature_with_encoder is None):
            raise ValueError("a head with encoder needs a temperature, and the other way round")
        return self


@dataclass(frozen=True, slots=True)
class Head:
    """A linear model: one column for each archetype."""

    coefficients: NDArray[np.float16] | FloatArray
    """(pieces, archetypes); with 16 bits as they are stored. A ticket needs a few hundred of the rows."""
    intercept: FloatArray
    """(archetypes,)"""
    dense: FloatArray | None = None
    """(384, archetypes), for the encoder's numbers."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The labelled tickets' words as sparse rows of length 1, and their meanings as dense ones."""

    starts: NDArray[np.int64]
    """(tickets + 1,): where each one's words begin in the two next."""
    words: NDArray[np.int64]
    weights: FloatArray
    meanings: NDArray[np.int8] | FloatArray | None = None
    """(tickets, 384); with 8 bits as they are stored, and of any length."""


@dataclass(frozen=True, slots=True)
class Artifact:
    names: ModelNames
    rarity: FloatArray
    """(pieces,): inverse document frequencies, 1 for traits."""
    plain: Head
    semantic: Head | None
    neighbours: Neighbours
    version: str = ""
    """64 hexadecimal digits; empty until the model is written or read."""


def dump(artifact: Artifact) -> dict[str, bytes]:
    """The two files' contents, the same for the same artifact. Numbers are cut to 16 bits, meanings to 8."""
    arrays: dict[str, NDArray[Any]] = {
        "rarity": artifact.rarity.astype(np.float16),
        "coefficients": artifact.plain.coefficients.astype(np.float16),
        "intercept": artifact.plain.intercept.astype(np.float32),
        "starts": artifact.neighbours.starts.astype(np.int32),
        "words": artifact.neighbours.words.astype(np.int32),
        "weights": artifact.neighbours.weights.astype(np.float16),
    }
    if artifact.semantic is not None and artifact.semantic.dense is not None:
        arrays["coefficients_with_encoder"] = artifact.semantic.coefficients.astype(np.float16)
        arrays["intercept_with_encoder"] = artifact.semantic.intercept.astype(np.float32)
        arrays["dense"] = artifact.semantic.dense.astype(np.float32)
    if artifact.neighbours.meanings is not None:
        widest = float(np.abs(artifact.neighbours.meanings).max(initial=0.0)) or 1.0
        arrays["meanings"] = np.round(artifact.neighbours.meanings * 127 / widest).astype(np.int8)
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **arrays)
    names = json.dumps(artifact.names.model_dump(mode="json"), ensure_ascii=False, indent=None, separators=(",", ":"))
    return {NUMBERS: written.getvalue(), NAMES: names.encode()}


def load(files: dict[str, bytes]) -> Artifact:
    """Raises BadModel for anything that `dump` did not make."""
    try:
        names = ModelNames.model_validate_json(files[NAMES])
        with np.load(io.BytesIO(files[NUMBERS]), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        artifact = _assembled(names, arrays, version_of(files))
    except (ValidationError, ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel(f"the model cannot be used: {error}") from error
    return artifact


def read(directory: Path) -> dict[str, bytes]:
    try:
        return {name: (directory / name).read_bytes() for name in (NUMBERS, NAMES)}
    except OSError as error:
        raise BadModel(f"no model in {directory}: {error.strerror}; `pointsman train` makes one") from error


def version_of(files: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in (NUMBERS, NAMES):
        whole.update(hashlib.sha256(files[name]).digest())
    return whole.hexdigest()


def _assembled(names: ModelNames, arrays: dict[str, NDArray[Any]], version: str) -> Artifact:
    def stored(name: str, *shape: int) -> NDArray[Any]:
        array = arrays[name]
        if array.shape != shape or not np.isfinite(array).all():
            raise BadModel(f"`{name}` in {NUMBERS} is {array.shape}, or not finite; {shape} was expected")
        return array

    def numbers(name: str, *shape: int) -> FloatArray:
        return stored(name, *shape).astype(np.float32)

    pieces, archetypes = sum(len(block) for block in names.pieces), len(names.archetypes)
    if len(frozenset[str]().union(*names.pieces)) != pieces:
        raise BadModel(f"{NAMES} names a piece twice")
    plain = Head(stored("coefficients", pieces, archetypes), numbers("intercept", archetypes))
    semantic, meanings = None, None
    if names.encoder is not None:
        dense = numbers("dense", arrays["dense"].shape[0], archetypes)
        semantic = Head(
            stored("coefficients_with_encoder", pieces, archetypes),
            numbers("intercept_with_encoder", archetypes),
            dense,
        )
        meanings = stored("meanings", len(names.remembered), dense.shape[0])
    starts, words = arrays["starts"].astype(np.int64), arrays["words"].astype(np.int64)
    weights = numbers("weights", len(words))
    if len(starts) != len(names.remembered) + 1 or (len(words) and not 0 <= words.min() <= words.max() < pieces):
        raise BadModel(f"the neighbours in {NUMBERS} do not belong to {NAMES}")
    if starts[0] != 0 or starts[-1] != len(words) or (np.diff(starts) < 0).any():
        raise BadModel(f"the neighbours in {NUMBERS} are out of order")
    return Artifact(
        names, numbers("rarity", pieces), plain, semantic, Neighbours(starts, words, weights, meanings), version
    )
