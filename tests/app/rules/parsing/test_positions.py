"""YAML read with positions, and what is refused before it can do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.parsing import positions
from app.rules.parsing.positions import BadRules, Position, read_yaml, spell


def problems(text: str) -> list[str]:
    with pytest.raises(BadRules) as refused:
        read_yaml(text, "r.yaml")
    return [str(problem) for problem in refused.value.problems]


def test_reads_plain_values_with_their_places() -> None:
    root, places = read_yaml('a: 1\nb:\n  - x: "2"\n    y: [true, ~, 1.5, yes, 09:30]\n', "r.yaml")
    assert root == {"a": 1, "b": [{"x": "2", "y": [True, None, 1.5, "yes", "09:30"]}]}
    assert places.at(("b", 0, "y")) == Position(4, 5)
    assert places.at(("b", 0, "y", 2)) == Position(4, 18)
    assert places.at(("b", 0, "x"), value=True) == Position(3, 8)


def test_what_is_not_in_the_file_stands_at_what_is_around_it() -> None:
    _, places = read_yaml("a:\n  b: 1\n", "r.yaml")
    assert places.at(("a", "missing", 3)) == Position(1, 1)
    assert places.at(("a", "b", "deeper")) == Position(2, 3)


def test_spells_paths() -> None:
    assert spell(("routes", 3, "when", "phrases")) == "routes[3].when.phrases"
    assert spell(("macros", "Community::Mention", "text")) == 'macros["Community::Mention"].text'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "r.yaml:2:1: a: the key `a` was given before, in line 1"),
        ("a: &x [1]\n", "r.yaml:1:4: the anchor `x` is refused"),
        ("a: [*x]\n", "r.yaml:1:5: a: the alias `x` is refused"),
        (
            "a: !!python/object:os.system x\n",
            "r.yaml:1:4: the tag `tag:yaml.org,2002:python/object:os.system` is refused",
        ),
        ("a: !custom x\n", "the tag `!custom` is refused"),
        ("a: 1\n---\nb: 2\n", "more than one YAML document"),
        ("a: b: c\n", "r.yaml:1:5: not YAML: mapping values are not allowed here"),
        ("a: 'x\n", "not YAML: while scanning a quoted scalar"),
        ("1: x\n", 'r.yaml:1:1: a key must be a text; write it in quotes: "1"'),
        ("? [a]\n: b\n", "a key must be a text"),
        ("a: \x00\n", "not YAML"),
        ("[" * 500, "nested deeper than 30 levels"),
        ("a: '" + "x" * (1 << 20) + "'", "larger than 1 MiB"),
    ],
)
def test_refuses_oddities(text: str, said: str) -> None:
    assert said in "\n".join(problems(text))


def test_refuses_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MAX_VALUES", 50)
    assert "more than 50 values" in problems("a: [" + "x, " * 60 + "x]")[0]


def test_a_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    started = time.perf_counter()
    assert any("anchor" in problem for problem in problems(bomb))
    assert time.perf_counter() - started < 2


def test_tells_all_oddities_at_once() -> None:
    assert len(problems("a: !x 1\nb: 1\nb: 2\nc: &d 3\n")) == 3


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_yaml(text, "r.yaml")
    except BadRules:
        return
