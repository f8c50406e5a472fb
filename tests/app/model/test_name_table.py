"""Names and their numbers."""

import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.model.name_table import UNKNOWN, NameTable


@example(["\u6b62", "bk"], [])
@example(["a"], ["\ud800"])
@given(st.lists(st.text(max_size=8), unique=True), st.lists(st.text(max_size=8)))
def test_it_answers_as_a_dictionary_would(names: list[str], asked: list[str]) -> None:
    table = NameTable(names, len(names))
    numbers = {name: number for number, name in enumerate(names)}
    wanted = [numbers.get(name, UNKNOWN) for name in [*names, *asked]]
    assert len(table) == len(names)
    assert [table.number(name) for name in [*names, *asked]] == wanted
    assert table.numbers([*names, *asked]) == wanted


def test_it_never_goes_to_a_process_with_other_hashes() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(NameTable(["a"], 1))
