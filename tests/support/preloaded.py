"""What processes of the tests need, imported and read once: see `forked`."""

import gc
from importlib import import_module

import pytest

from app.triage import shipped
from tests.support.made_once import read_once

gc.disable()
for name in ("app.cli.commands", "app.cli.server", "tests.support.work"):
    import_module(name)
read_once(pytest.MonkeyPatch())
shipped.shipped_judgement()
gc.freeze()
gc.enable()
