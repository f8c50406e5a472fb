"""`pointsman`, but the sandbox's log of calls says which process made each: `python -m tests.chaos.pointsman serve`."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import app.cli.server  # noqa: F401
from app.cli.main import main
from app.work.chat import questions

if __name__ == "__main__":
    os.setpgid(0, 0)  # `serve` has two processes: they are killed, and known, as one
    for name, module in sys.modules.items():  # each adapter has taken the function over
        if name.startswith("integrations.") and hasattr(module, "user_agent"):
            setattr(module, "user_agent", lambda: f"pointsman-{os.getpgrp()}")  # noqa: B010  # not all have it
    questions.SETTLED_AFTER = timedelta(seconds=float(os.environ["QUESTION_SETTLES"]))
    main()
