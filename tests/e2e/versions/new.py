"""The version after it: what `second` does has changed, `check` comes before it, `third` after it; `fresh` is new.

`broken` forgets the guard around `check`. Neither knows `given_up` any more.
"""

from __future__ import annotations

import sys

from app.work.engine.engine import Engine
from app.work.engine.work_rows import JSON
from tests.e2e.versions.running import URL, crashed, mend_work, ran, run
from tests.support.work import example_work, register

engine = Engine(URL, polling_seconds=0.1, recovery_seconds=0.2)
VERSION = sys.argv[3]


def mend(payload: JSON) -> JSON:
    # A comment is no change.
    answer = engine.step("first", ran("new", "first"), payload)
    if VERSION == "broken" or engine.changed("check-before-second"):
        engine.step("check", ran("new", "check"), payload)
    # Older versions stored neither `careful` in the payload nor `by` in all answers.
    careful = payload.get("careful", False) or answer.get("by") == "nobody"
    engine.step("second", ran("new", "carefully" if careful else "second"), payload)
    if "then" in payload:
        key = payload["then"]
        engine.later(example_work("mend", key, f"ticket:{key}", {"workflow": "mend", "key": key}))
    engine.step("third", ran("new", "third"), payload)
    return {}


def rash(payload: JSON) -> JSON:
    """A bug where an older version has recorded a step."""
    engine.step("first", ran("new", "first"), payload)
    raise RuntimeError


def fresh(payload: JSON) -> JSON:
    engine.step("only", ran("new", "only"), payload)
    return {}


register(engine, "mend", rash if VERSION == "rash" else mend, crashed)
register(engine, "fresh", fresh, crashed)

NEW = [
    mend_work("of-the-new", 5),
    *(example_work("fresh", f"fresh-{number}", f"issue:{number}", {"key": f"fresh-{number}"}) for number in range(10)),
]

if __name__ == "__main__":
    run(engine, NEW if VERSION == "new" else [])
