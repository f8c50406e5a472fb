"""What processes of the tests need, imported, read and computed once: see `forked`."""

import gc
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.encoder import Encoder
from app.rules.files import read_rules
from app.triage import shipped
from tests.support.made_once import read_once
from tests.support.paths import ROOT


@settings(database=None, deadline=None, derandomize=True)
@given(st.text(), st.integers())
def draw(_text: str, _number: int) -> None:
    """Hypothesis writes down Unicode's categories, and the constants of our modules, where the test processes look."""


gc.disable()
for name in ("app.cli.commands", "app.cli.server", "integrations.sandbox", "tests.support.work"):
    import_module(name)
read_once(pytest.MonkeyPatch())
read_rules(ROOT / "routing.yaml", ROOT / "macros.yaml")
shipped.shipped_judgement()
if encoder := Encoder.installed():
    encoder.encode("the weights are loaded with the first text")
draw()
gc.freeze()
gc.enable()
