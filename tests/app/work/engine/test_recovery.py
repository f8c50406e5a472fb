"""Work that kills its process: it is parked and told, and what only ran beside it comes through."""

from __future__ import annotations

from subprocess import PIPE

import pytest
from dbos import DBOS

from app.work.engine.engine import Engine
from tests.app.work.conftest import CRASHES, Started, done, wait_until
from tests.app.work.engine.test_dbos_internals import leave_behind
from tests.support.forked import Forked
from tests.support.work import example_work, register


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# `bad` kills the process in a step; the others take longer than it lets any process live beside it.
SCRIPT = """
import os, sys, time
from dbos import DBOS
from app.work.engine.engine import Engine
from tests.support.forked import Forked
from tests.support.work import example_work, register
engine = Engine(sys.argv[1], polling_seconds=0.02, recovery_seconds=0.1, crashes_before_quarantine=4)
def say(line):  # in one piece: two threads may say something at once
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()
def run(payload):
    engine.step("act", lambda: os._exit(1) if payload["key"] == "bad" else time.sleep(0.3) or {})
    say("done " + payload["key"])
    return {}
def crashed(payload, error):
    say(f"told {payload['key']} {error}")
    return {}
register(engine, "wf", run, crashed)
engine.start()
if sys.argv[2] == "first":
    engine.accept([example_work("wf", key, f"ticket:{key}", {"key": key}) for key in ("one", "bad", "two")])
deadline = time.monotonic() + 90
quarantined = lambda: DBOS.list_workflows(status="MAX_RECOVERY_ATTEMPTS_EXCEEDED")
while (engine.backlog.unfinished() or quarantined()) and time.monotonic() < deadline:
    time.sleep(0.02)
os._exit(0)
"""


def test_a_crash_loop_is_quarantined_reported_once_and_holds_nobody_up(start: Started, database_url: str) -> None:
    said: list[str] = []
    starts = 0
    for turn in ("first", *["again"] * 10):
        starts += 1
        run = Forked("-c", SCRIPT, database_url, turn, stdout=PIPE)
        said += [line for line in run.stdout.read().decode().splitlines() if line.startswith(("done", "told"))]
        code = run.wait()
        run.end()
        if code == 0:
            break
    assert starts <= 7, "quarantined after 4 crashes beyond the first start"
    assert sorted(said) == ["done one", "done two", "told bad quarantined"]
    CRASHES.clear()
    engine = start({"wf": done})
    engine.recover()
    assert CRASHES == [], "it was told"
    assert engine.accept([example_work("wf", "bad", "ticket:bad", {"key": "bad"})]) == [False], "its key stays known"


def test_suspects_are_taken_over_one_at_a_time_and_the_rest_at_once(start: Started, recovery_by_hand: None) -> None:
    engine = start({"wf": done})
    for key, starts in (("a", 1), ("b", 5), ("c", 4), ("d", 2)):
        engine.accept([example_work("wf", key, f"ticket:{key}", {"key": key}, delay=60)])
        leave_behind(engine, key, starts=starts)
    assert engine.recover() == 3
    wait_until(lambda: engine.backlog.unfinished() == 1)
    (left,) = DBOS.list_workflows(status="PENDING")
    assert left.workflow_id == "b", "the one that crashed most often comes last"
    assert engine.recover() == 1
    wait_until(lambda: engine.backlog.unfinished() == 0)


def test_no_suspect_is_taken_over_while_one_still_waits(database_url: str, recovery_by_hand: None) -> None:
    """They would begin side by side, and the one that kills would be the end of both."""
    engine = Engine(database_url, paused=lambda: True)
    register(engine, "wf", done, lambda _payload, _error: {})
    engine.start()
    try:
        for key in "ab":
            engine.accept([example_work("wf", key, f"ticket:{key}", {"key": key}, delay=60)])
            leave_behind(engine, key, starts=3)
        assert engine.recover() == 1
        assert engine.backlog.waiting() == 1
        assert engine.recover() == 0
    finally:
        engine.stop(grace_seconds=1)
