"""docs/alerts.yaml asks for metrics that exist, with labels that they have."""

from __future__ import annotations

import re
from typing import Any

import pytest
from prometheus_client.metrics import MetricWrapperBase
from ruamel.yaml import YAML

from app import metrics
from tests.support.paths import ROOT

ALERTS = ROOT / "docs" / "alerts.yaml"
OF_PROMETHEUS = {"le", "job"}


def known() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            for family in metric.describe():
                endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
                found |= {f"{family.name}{ending}": set(metric._labelnames) for ending in endings}
    return found


def rules() -> list[dict[str, Any]]:
    return [rule for group in YAML(typ="safe").load(ALERTS)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    expression = re.sub(r'"[^"]*"', '""', rule["expr"])
    names = set(re.findall(r"\bpointsman_\w+", expression))
    assert names <= set(known())
    having = {label for name in names for label in known()[name]} | OF_PROMETHEUS
    asked = {
        label.strip()
        for found in re.findall(r"\bby \(([^)]*)\)|\{([^}]*)\}", expression)
        for part in found
        for label in re.findall(r"\w+", part)
    }
    assert asked <= having
    said = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
    assert said <= having
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "warn"}


def test_every_alert_has_its_own_name() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
