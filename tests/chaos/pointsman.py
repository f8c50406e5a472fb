"""`pointsman`, but the sandbox's log of calls says which process made each: `python -m tests.chaos.pointsman serve`."""

from __future__ import annotations

import os

import integrations.session

if __name__ == "__main__":
    integrations.session.user_agent = lambda: f"pointsman-{os.getpid()}"
    # Only now: the adapters take the name over when they are imported.
    from app.cli.main import main

    main()
