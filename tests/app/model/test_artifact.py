"""A damaged or foreign model is refused; nothing in it can run."""

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from app.model.artifact import NAMES, NUMBERS, BadModel, dump, load, read, version_of
from app.model.model import SHIPPED


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return read(SHIPPED)


def test_what_was_loaded_is_written_as_it_was(files: dict[str, bytes]) -> None:
    artifact = load(files)
    assert artifact.version == version_of(files)
    again = load(dump(artifact))
    assert again.names == artifact.names
    assert np.array_equal(again.plain.coefficients, artifact.plain.coefficients)


def test_the_shipped_one_is_small(files: dict[str, bytes]) -> None:
    assert sum(map(len, files.values())) < 5_000_000


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="pointsman train"):
        read(tmp_path)


@pytest.mark.parametrize("name", [NUMBERS, NAMES])
@pytest.mark.parametrize("content", [b"", b"PK", b"{}", b"\x80\x04."])
def test_garbage_is_refused(files: dict[str, bytes], name: str, content: bytes) -> None:
    with pytest.raises(BadModel):
        load({**files, name: content})


def test_a_truncated_file_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(BadModel):
        load({**files, NUMBERS: files[NUMBERS][:-1000]})


def test_pickled_objects_are_refused(files: dict[str, bytes]) -> None:
    with np.load(io.BytesIO(files[NUMBERS])) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["rarity"] = np.array([{"a": 1}], dtype=object)
    written = io.BytesIO()
    np.savez(written, **arrays)
    with pytest.raises(BadModel):
        load({**files, NUMBERS: written.getvalue()})
    with pytest.raises(BadModel):
        load({**files, NUMBERS: pickle.dumps(arrays)})


def test_numbers_that_do_not_fit_the_names_are_refused(files: dict[str, bytes]) -> None:
    names = json.loads(files[NAMES])
    names["archetypes"] = names["archetypes"][:-1]
    with pytest.raises(BadModel, match="expected"):
        load({**files, NAMES: json.dumps(names).encode()})


def test_a_piece_that_is_named_twice_is_refused(files: dict[str, bytes]) -> None:
    names = json.loads(files[NAMES])
    names["pieces"][1][0] = names["pieces"][0][0]
    with pytest.raises(BadModel, match="twice"):
        load({**files, NAMES: json.dumps(names).encode()})


def test_another_format_says_to_train_again(files: dict[str, bytes]) -> None:
    names = {**json.loads(files[NAMES]), "format": 99}
    with pytest.raises(BadModel, match="train again"):
        load({**files, NAMES: json.dumps(names).encode()})
