"""Walks the documented way of adding a condition: a kind in the registry, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

# A process of its own, because the schema reads the registry when it is imported.
PROGRAM = """
import json
from datetime import UTC, datetime

from app.rules import conditions
from app.rules.conditions.kind import plain

conditions.KINDS = (
    *conditions.KINDS,
    plain(
        "exclamations",
        int,
        "At least so many exclamation marks.",
        asks=lambda wanted, context: context.ticket.body.count("!") >= wanted,
        says=lambda wanted, context: f"{context.ticket.body.count('!')} exclamation marks, asked for {wanted}",
    ),
)

from app.rules.conditions.context import Facts
from app.rules.json_schema import json_schema
from app.rules.lint import lint
from app.rules.loading import load
from app.rules.matching.matching import match
from app.rules.parsing.positions import BadRules
from app.ticket import Ticket
from tests.support.rules import MACROS, routing


def rules_with(*conditions):
    lines = [f"- {{name: r{i}, archetype: mention, when: {{{one}}}}}" for i, one in enumerate(conditions)]
    return load(routing("\\n".join(lines)), MACROS)


def trace(body):
    matching = match(rules_with("exclamations: 3").matcher, Ticket(1, body=body), Facts(), datetime.now(UTC))
    (said,) = matching.trace()
    return [said.matched, said.path, said.detail]


try:
    rules_with("exclamations: many")
except BadRules as bad:
    refused = str(bad)

print(json.dumps({
    "held": trace("wow!!!"),
    "missed": trace("wow!"),
    "schema": json_schema("routing")["$defs"]["ConditionsConfig"]["properties"]["exclamations"],
    "refused": refused,
    "warnings": [str(one) for one in lint(rules_with("exclamations: 3", "exclamations: 3"), ())],
}))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_new_condition_decides_and_its_trace_says_why(said: dict[str, Any]) -> None:
    place = "routes[0].when.exclamations"
    assert said["held"] == [True, place, "3 exclamation marks, asked for 3"]
    assert said["missed"] == [False, place, "1 exclamation marks, asked for 3"]


def test_a_new_condition_is_described_in_the_schema(said: dict[str, Any]) -> None:
    assert said["schema"]["description"] == "At least so many exclamation marks."
    assert {"type": "integer"} in said["schema"]["anyOf"]


def test_a_wrong_value_of_a_new_condition_is_refused_with_its_place(said: dict[str, Any]) -> None:
    assert "routes[0].when.exclamations: has the wrong form; found `many`; expected a whole number" in said["refused"]
    assert said["refused"].startswith("routing.yaml:")


def test_the_lint_knows_a_new_condition(said: dict[str, Any]) -> None:
    assert any("shadowed_route" in warning and "`r1` is never reached" in warning for warning in said["warnings"])
