"""The files that we ship, read once."""

from __future__ import annotations

from app.rules.examples import load_examples
from tests.support.made_once import load
from tests.support.paths import ROOT

ROUTING = (ROOT / "routing.yaml").read_text(encoding="utf-8")
MACROS = (ROOT / "macros.yaml").read_text(encoding="utf-8")
TESTS = (ROOT / "routing.tests.yaml").read_text(encoding="utf-8")
SHIPPED = load(ROUTING, MACROS)
EXAMPLES = load_examples(TESTS, rules=SHIPPED)
