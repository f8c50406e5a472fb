"""Models are written whole, the last three are kept, and one can go back."""

from pathlib import Path

from app.model.artifact import NAMES, NUMBERS, version_of
from app.model.store import ModelStore, write_model


def _files(number: int) -> dict[str, bytes]:
    return {NUMBERS: b"numbers %d" % number, NAMES: b"{}"}


def test_before_the_first_training_there_is_none(tmp_path: Path) -> None:
    assert ModelStore(tmp_path).current() is None


def test_the_last_three_are_kept(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    places = [store.put(_files(number)) for number in range(5)]
    assert store.current() == places[4]
    assert [place.exists() for place in places] == [False, False, True, True, True]
    assert (places[4] / NUMBERS).read_bytes() == b"numbers 4"


def test_the_same_model_again_is_one_model(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    store.put(_files(1))
    store.put(_files(2))
    store.put(_files(1))
    assert store.versions() == [version_of(_files(1))[:16], version_of(_files(2))[:16]]


def test_writing_over_a_model_leaves_nothing_behind(tmp_path: Path) -> None:
    write_model(tmp_path / "one", _files(1))
    write_model(tmp_path / "one", _files(2))
    assert [place.name for place in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one" / NUMBERS).read_bytes() == b"numbers 2"
