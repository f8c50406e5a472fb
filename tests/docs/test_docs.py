"""Docs name everything there is: a setting, command, condition, warning or metric that is missing fails here."""

from __future__ import annotations

import re

import pytest
from prometheus_client.metrics import MetricWrapperBase

from app import metrics
from app.cli.main import cli
from app.rules.conditions import KINDS
from app.rules.lint import CHECKS
from app.rules.placeholders import REPLY_PLACEHOLDERS, TEMPLATE_PLACEHOLDERS
from app.settings import Settings
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text()
RULES = (ROOT / "docs" / "rules.md").read_text()
METRICS = (ROOT / "docs" / "metrics.md").read_text()
EVERYTHING = README + RULES + "".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"`{field.upper()}`" in README


@pytest.mark.parametrize("command", [command.name or command.callback.__name__ for command in cli.registered_commands])  # type: ignore[union-attr]  # each has a callback
def test_every_command_is_documented(command: str) -> None:
    assert f"pointsman {command}" in EVERYTHING


@pytest.mark.parametrize("key", [kind.key for kind in KINDS])
def test_every_condition_is_documented(key: str) -> None:
    assert f"| `{key}` |" in RULES


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


def test_no_page_waits_to_be_filled_in() -> None:
    """A word in capitals alone on a line stands where a table was to come."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        assert not re.search(r"^(?:TODO|[A-Z_]{4,})$", page.read_text(encoding="utf-8"), re.MULTILINE), page.name
