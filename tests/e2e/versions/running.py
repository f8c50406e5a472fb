"""What both versions share: an engine, steps that write down that they ran, and a process that can be stopped."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.work.engine.engine import Engine
from app.work.engine.work_rows import JSON
from app.work.messages import Work
from tests.support.work import example_work

URL, LOG = sys.argv[1], Path(sys.argv[2])


def write_down(*words: str) -> None:
    """One line, whole: several processes write to the file."""
    with LOG.open("ab", buffering=0) as log:
        log.write((" ".join(words) + "\n").encode())


def ran(version: str, step: str) -> Callable[[JSON], JSON]:
    """A step that writes down that it ran, by which version, for what."""

    def run(payload: JSON) -> JSON:
        write_down("step", version, payload["key"], step)
        return {"by": version}

    return run


def ask_until_stopped(version: str) -> Callable[[JSON], JSON]:
    """A step that never answers when its work says so."""

    def run(payload: JSON) -> JSON:
        if payload.get("hangs"):
            write_down("hangs", version, payload["key"])
            threading.Event().wait()
        return ran(version, "second")(payload)

    return run


def mend_work(key: str, ticket: int, *, delay: float = 0.0, **more: Any) -> Work:
    return example_work("mend", key, f"ticket:{ticket}", {"workflow": "mend", "key": key, **more}, delay=delay)


def crashed(payload: JSON, error: str) -> JSON:
    write_down("told", payload["key"], error)
    return {}


def run(engine: Engine, works: list[Work]) -> None:
    """Until SIGTERM, which gives what runs a second to end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    engine.start()
    if works:
        engine.accept(works)
    write_down("started", *map(str, engine.unknown_workflows()))
    stop.wait()
    engine.stop(grace_seconds=1)
    os._exit(0)
