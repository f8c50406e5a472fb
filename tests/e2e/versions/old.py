"""The version that is running when a new one is deployed."""

from __future__ import annotations

import sys

from app.work.engine.engine import Engine
from app.work.engine.work_rows import JSON
from tests.e2e.versions.running import URL, ask_until_stopped, crashed, mend_work, ran, run
from tests.support.work import example_work, register

engine = Engine(URL, polling_seconds=0.1, recovery_seconds=0.2)


def mend(payload: JSON) -> JSON:
    engine.step("first", ran("old", "first"), payload)
    engine.step("second", ask_until_stopped("old"), payload)
    if "then" in payload:
        key = payload["then"]
        engine.later(example_work("mend", key, f"ticket:{key}", {"workflow": "mend", "key": key}))
    return {}


def given_up(payload: JSON) -> JSON:
    engine.step("only", ran("old", "only"), payload)
    return {}


register(engine, "mend", mend, crashed)
register(engine, "given_up", given_up, crashed)

LEFT = [
    mend_work("ended", 1, then="queued-by-ended"),
    mend_work("hangs", 2, hangs=True, then="queued-by-hangs"),
    mend_work("waits", 2),
    mend_work("put-off", 3, delay=3),
]
UNKNOWN_LATER = [
    example_work("given_up", "unknown", "ticket:4", {"workflow": "given_up", "key": "unknown"}, delay=1.0),
    mend_work("behind-unknown", 4, delay=1.2),
]

if __name__ == "__main__":
    run(engine, {"left": LEFT, "unknown": UNKNOWN_LATER, "nothing": []}[sys.argv[3]])
