"""The schemas that editors use, beside the loader they are made from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.rules.conditions import KINDS
from app.rules.json_schema import FILES, json_schema, schema_text
from app.rules.parsing.positions import read_yaml
from tests.support.paths import ROOT
from tests.support.rules import routing
from tests.support.shipped import MACROS, ROUTING, TESTS

TEXTS = {"routing": ROUTING, "macros": MACROS, "tests": TESTS}


def errors(name: str, text: str) -> list[str]:
    root, _ = read_yaml(text, name)
    return [error.message for error in Draft202012Validator(json_schema(name)).iter_errors(root)]


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_schema_is_the_loaders(name: str) -> None:
    assert (ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8") == schema_text(json_schema(name))


@pytest.mark.parametrize("name", FILES)
def test_it_is_a_schema_and_the_shipped_file_keeps_it(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(json_schema(name))))
    assert errors(name, TEXTS[name]) == []


@pytest.mark.parametrize(
    "routes",
    [
        "[{name: a, archetype: mention, when: {phrases: x}, confidense: high}]",
        "[{name: a, archetype: mention, when: {phrase: x}}]",
        "[{name: a, archetype: mention}]",
        "[{name: a, archetype: mention, mode: lve, when: {phrases: x}}]",
        "[{name: a, archetype: mention, when: {phrases: [502]}}]",
        "[{name: a, archetype: mention, when: {any: [{chanel: forum}]}}]",
        "[{name: a, archetype: mention, when: {public: yes}}]",
    ],
)
def test_what_the_loader_refuses_an_editor_marks(routes: str) -> None:
    assert errors("routing", routing(routes))


@pytest.mark.parametrize("value", ["x", "[x, y]"])
def test_one_value_may_stand_for_a_list(value: str) -> None:
    when = f"{{phrases: {value}, channel: {value}, requester: {{domain: {value}}}, event: created}}"
    assert errors("routing", routing(f"[{{name: a, archetype: mention, when: {when}}}]")) == []


def test_every_condition_is_described() -> None:
    defined: dict[str, Any] = json_schema("routing")["$defs"]["ConditionsConfig"]["properties"]
    for kind in KINDS:
        assert defined[kind.key]["description"] == kind.description
    assert {"all", "any", "none", "in"} <= defined.keys()
