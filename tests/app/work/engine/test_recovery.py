"""Work that kills its process: it is parked and told, and what only ran beside it comes through."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa
from dbos import DBOS

from app.work.engine.engine import Engine, Work
from app.work.engine.recovery import Reaper
from tests.app.work.conftest import CRASHES, Started, done, looks_at_the_queue, wait_until


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# `bad` kills the process in a step; the others take longer than it lets any process live beside it.
SCRIPT = """
import os, sys, time
from dbos import DBOS
from app.work.engine.engine import Engine, Work
engine = Engine(sys.argv[1], polling_seconds=0.02, reap_seconds=0.1, crashes_before_parking=4)
def run(payload):
    engine.step("act", lambda: os._exit(1) if payload["key"] == "bad" else time.sleep(0.3) or {})
    print("done", payload["key"], flush=True)
    return {}
def crashed(payload, error):
    print("told", payload["key"], error, flush=True)
    return {}
engine.register("wf", run, crashed)
engine.start()
if sys.argv[2] == "first":
    engine.accept([Work("wf", key, f"ticket:{key}", {"key": key}) for key in ("one", "bad", "two")])
deadline = time.monotonic() + 20
parked = lambda: DBOS.list_workflows(status="MAX_RECOVERY_ATTEMPTS_EXCEEDED")
while (engine.backlog.unfinished() or parked()) and time.monotonic() < deadline:
    time.sleep(0.02)
os._exit(0)
"""


def test_a_crash_loop_is_parked_told_once_and_holds_nobody(start: Started, database_url: str) -> None:
    said: list[str] = []
    starts = 0
    for turn in ("first", *["again"] * 10):
        starts += 1
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, database_url, turn], capture_output=True, text=True, check=False
        )
        said += [line for line in run.stdout.splitlines() if line.startswith(("done", "told"))]
        if run.returncode == 0:
            break
    assert starts <= 7, "parked after 4 crashes beyond the first start"
    assert sorted(said) == ["done one", "done two", "told bad parked"]
    CRASHES.clear()
    engine = start({"wf": done})
    engine.reap()
    assert CRASHES == [], "it was told"
    assert engine.accept([Work("wf", "bad", "ticket:bad", {"key": "bad"})]) == [False], "its key stays known"


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test looks for what dead processes left."""
    monkeypatch.setattr(Reaper, "_reap_for_ever", lambda _reaper: None)


def test_the_count_of_crashes_survives_taking_over(start: Started, by_hand: None) -> None:
    """The contract of the private call that takes work over: it does not begin to count anew."""
    engine = start({"wf": done})
    engine.accept([Work("wf", "a", "ticket:1", {"key": "a"}, delay=60)])
    _left_by_a_dead_process(engine, "a", starts=2)
    assert engine.reap() == 1
    wait_until(lambda: engine.backlog.unfinished() == 0)
    (one,) = DBOS.list_workflows(workflow_ids=["a"])
    assert one.recovery_attempts == 3


def test_suspects_are_taken_over_one_at_a_time_and_the_rest_at_once(start: Started, by_hand: None) -> None:
    engine = start({"wf": done})
    for key, starts in (("a", 1), ("b", 5), ("c", 4), ("d", 2)):
        engine.accept([Work("wf", key, f"ticket:{key}", {"key": key}, delay=60)])
        _left_by_a_dead_process(engine, key, starts=starts)
    assert engine.reap() == 3
    wait_until(lambda: engine.backlog.unfinished() == 1)
    (left,) = DBOS.list_workflows(status="PENDING")
    assert left.workflow_id == "b", "the one that crashed most often comes last"
    assert engine.reap() == 1
    wait_until(lambda: engine.backlog.unfinished() == 0)


def test_no_suspect_is_taken_over_while_one_waits_for_its_turn(database_url: str, by_hand: None) -> None:
    """They would begin side by side, and the one that kills would be the end of both."""
    engine = Engine(database_url, paused=lambda: True)
    engine.register("wf", done, lambda _payload, _error: {})
    engine.start()
    try:
        for key in "ab":
            engine.accept([Work("wf", key, f"ticket:{key}", {"key": key}, delay=60)])
            _left_by_a_dead_process(engine, key, starts=3)
        assert engine.reap() == 1
        assert engine.backlog.waiting() == 1
        assert engine.reap() == 0
    finally:
        engine.stop(grace_seconds=1)


def _left_by_a_dead_process(engine: Engine, key: str, *, starts: int) -> None:
    with engine._intake_engine.begin() as connection:
        schema = None if connection.dialect.name == "sqlite" else "dbos"
        columns = ("workflow_uuid", "status", "executor_id", "recovery_attempts")
        table = sa.table("workflow_status", *map(sa.column, columns), schema=schema)
        left = {"status": "PENDING", "executor_id": "gone", "recovery_attempts": starts}
        connection.execute(sa.update(table).where(table.c.workflow_uuid == key).values(**left))


def test_while_paused_nothing_begins_and_after_it_each_ticket_goes_on_in_order(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, ran = [True], list[str]()

    def run(payload: dict[str, object]) -> dict[str, object]:
        ran.append(str(payload["key"]))
        return {}

    engine = Engine(database_url, polling_seconds=0.02, paused=lambda: bool(paused))
    engine.register("wf", run, lambda _payload, _error: {})
    engine.start()
    try:
        keys = [f"{ticket}{turn}" for turn in "123" for ticket in "ab"]
        works = [Work("wf", key, f"ticket:{key[0]}", {"key": key}) for key in keys]
        assert engine.accept(works) == [True] * 6
        queue = DBOS.retrieve_queue("tickets")
        assert queue is not None
        assert queue.worker_concurrency == 0
        assert ran == []
        paused.clear()
        wait_until(lambda: len(ran) == 6)
        assert [one for one in ran if one.startswith("a")] == ["a1", "a2", "a3"]
        assert [one for one in ran if one.startswith("b")] == ["b1", "b2", "b3"]
        paused.append(True)
        wait_until(lambda: (queue := DBOS.retrieve_queue("tickets")) is not None and queue.worker_concurrency == 0)
        looks = looks_at_the_queue(monkeypatch)
        wait_until(lambda: len(looks) > 1)  # a look that began before the pause has ended
        engine.accept([Work("wf", "late", "ticket:c", {"key": "late"})])
        looks.clear()
        wait_until(lambda: len(looks) > 1)
        assert engine.backlog.waiting() == 1
        assert "late" not in ran
    finally:
        engine.stop(grace_seconds=1)
