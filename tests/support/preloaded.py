"""What processes of the tests need, imported once: see `forked`."""

import gc
from importlib import import_module

gc.disable()
for name in ("app.cli.commands", "app.cli.server", "tests.support.work"):
    import_module(name)
gc.freeze()
gc.enable()
