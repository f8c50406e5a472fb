"""Docs name everything there is: what is missing fails here, and most of what is there no more."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics import MetricWrapperBase
from typer.main import get_command

from app import metrics
from app.cli.main import cli
from app.demo.samples import load_samples
from app.rules.actions import ACTIONS
from app.rules.conditions import KINDS
from app.rules.lint import CHECKS
from app.rules.placeholders import REPLY_PLACEHOLDERS, TEMPLATE_PLACEHOLDERS
from app.settings import Settings
from app.work.update_state import EDGES
from tests.docs.pages import DOCS, PAGES, text
from tests.support.harness import running_harness
from tests.support.paths import ROOT

RULES = text(DOCS / "rules.md")
METRICS = text(DOCS / "metrics.md")
API = text(DOCS / "api.md")
CONFIGURATION = text(DOCS / "configuration.md")
EVERYTHING = "".join(map(text, PAGES))


def commands(command: Any, name: str) -> Iterator[str]:
    """The command's name, or the names of those below it."""
    below = getattr(command, "commands", {})
    if not below:
        yield name
    for word, one in below.items():
        yield from commands(one, f"{name} {word}")


def first_cells(page: str, heading: str) -> set[str]:
    """What stands in backticks in the first column of the tables below a heading."""
    section = re.split(r"^## ", page.split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`[^|]*)\|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall("`([^`]+)`", cell)}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"`{field.upper()}`" in CONFIGURATION


def test_no_setting_is_documented_that_is_not_there() -> None:
    written = first_cells(CONFIGURATION, "Needed") | first_cells(CONFIGURATION, "Optional")
    assert written == {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("command", [*commands(get_command(cli), "pointsman")])
def test_every_command_is_documented(command: str) -> None:
    assert command in EVERYTHING


@pytest.mark.parametrize("key", [kind.key for kind in KINDS])
def test_every_condition_is_documented(key: str) -> None:
    assert f"| `{key}` |" in RULES


def test_every_action_is_documented_and_none_else() -> None:
    section = RULES.split("\n## Actions\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == {action.name() for action in ACTIONS}


@pytest.mark.parametrize("name", [check.__name__ for check in CHECKS])
def test_every_warning_is_documented(name: str) -> None:
    assert f"| `{name}` |" in RULES


@pytest.mark.parametrize("name", [*REPLY_PLACEHOLDERS, *TEMPLATE_PLACEHOLDERS])
def test_every_placeholder_is_documented(name: str) -> None:
    assert f"| `${{{name}}}` |" in RULES


def test_every_metric_is_documented_and_none_else() -> None:
    known = {
        family.name + ("_total" if family.type == "counter" else "")
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
        for family in metric.describe()
    }
    written = {line.split("`")[1] for line in METRICS.splitlines() if line.startswith("| `")}
    assert known == written


def test_every_path_of_the_api_is_documented_and_none_else(tmp_path: Path) -> None:
    secrets = {f"{name}_WEBHOOK_SECRET": "example-hook-secret" for name in ("GITLAB", "MENTIONS")}
    with running_harness(tmp_path, **secrets) as harness:
        described = harness.desk("/api/openapi.json").json()
    known = {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods}
    written = first_cells(API, "Webhooks") | first_cells(API, "Health") | first_cells(API, "API")
    assert {re.sub(r"{\w+}", "{}", one) for one in known} == {re.sub(r"{\w+}", "{}", one) for one in written}


def test_the_diagram_of_one_write_has_every_edge_and_none_else() -> None:
    diagram = text(DOCS / "architecture.md").split("```mermaid\n", 1)[1].split("```", 1)[0]
    drawn = re.findall(r"^ +(\w+) --> (\w+): (\w+)$", diagram, re.MULTILINE)
    assert sorted(drawn) == sorted((before, after, event) for (before, event), after in EDGES.items())


def test_every_state_of_one_write_is_explained() -> None:
    explained = first_cells(text(DOCS / "architecture.md"), "One write")
    assert explained == {state for (before, _), after in EDGES.items() for state in (before, after)}


def test_the_folders_of_work_stand_in_the_order_that_the_linter_holds() -> None:
    contracts = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"] == "inside work")
    written = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*)\|", _inside_work(), re.MULTILINE)))
    place = {name: number for number, layer in enumerate(layers) for name in layer.split(" | ")}
    assert sorted(written, key=lambda name: place[name]) == written
    assert set(written) == set(place)


def _inside_work() -> str:
    return text(DOCS / "architecture.md").split("Inside `app/work`", 1)[1].split("\n\n`make lint`", 1)[0]


def test_the_readme_says_how_many_tickets_the_demo_has() -> None:
    assert f"{len(load_samples().tickets)} sample tickets" in text(ROOT / "README.md")
