"""The contract of the private names of dbos: a new dbos that changes one fails here, on both databases."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS
from dbos._sys_db import db_retry

from app.work.engine.backlog import workflow_status
from app.work.engine.dbos_internals import (
    Queue,
    SystemDatabase,
    active_workflows,
    database_clock,
    replace_scheduler,
    stop_waiting_for_database,
    system_database,
    take_over,
)
from app.work.engine.engine import Engine
from app.work.engine.queues import TICKETS
from app.work.engine.work_rows import JSON
from tests.app.work.conftest import Started, crashed, done, wait_until
from tests.support.work import example_work, register


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_dbos_asks_the_replaced_scheduler_and_runs_what_it_answers(start: Started) -> None:
    ran: list[str] = []

    def note(payload: JSON) -> JSON:
        ran.append(payload["n"])
        return {}

    engine = start({"wf": note})
    taken: list[list[str]] = []
    scheduler = engine._scheduler

    def watched(*args: object, **named: object) -> list[str]:
        found: list[str] = scheduler(*args, **named)  # type: ignore[arg-type]  # passed on as they come
        taken.append(found)
        return found

    replace_scheduler(system_database(), watched)
    for key in ("a", "b"):  # a look that was under way may have found the first
        engine.accept([example_work("wf", key, f"ticket:{key}", {"n": key})])
        wait_until(lambda: key in ran)  # noqa: B023  # it is asked within the loop alone
    assert ["b"] in taken


def test_what_waits_begins_when_the_start_is_over(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbos takes work of queues that it knows from before while it starts: nothing of it must be lost."""
    first = Engine(database_url)
    register(first, "wf", done, crashed)
    first.start()
    first.stop(grace_seconds=1)
    intake = Engine(database_url, worker=False)
    intake.accept([example_work("wf", "a", "ticket:1")])
    intake.stop()
    began: list[bool] = []
    again = Engine(database_url)
    register(again, "wf", lambda _: began.append(again._started), crashed)
    queue = DBOS.register_queue

    def slowly(*given: Any, **named: Any) -> Queue:
        time.sleep(0.3)
        return queue(*given, **named)

    monkeypatch.setattr(DBOS, "register_queue", slowly)
    again.start()
    try:
        wait_until(lambda: again.backlog.unfinished() == 0)
    finally:
        again.stop(grace_seconds=1)
    assert began == [True]


def test_once_stopped_nothing_waits_for_a_database_that_is_gone(start: Started) -> None:
    start({"wf": done})
    asked: list[int] = []

    @db_retry(initial_backoff=0.01, sys_db=system_database())
    def ask() -> None:
        asked.append(1)
        if len(asked) == 3:
            stop_waiting_for_database()
        raise sa.exc.TimeoutError  # as when no connection can be had

    with pytest.raises(sa.exc.SQLAlchemyError):
        ask()
    assert len(asked) == 3


def test_taking_over_keeps_the_count_of_crashes_and_only_the_first_one_does_it(
    start: Started, recovery_by_hand: None
) -> None:
    engine = start({"wf": done})
    engine.accept([example_work("wf", "a", "ticket:1", {"key": "a"}, delay=60)])
    leave_behind(engine, "a", starts=2)
    (left,) = DBOS.list_workflows(workflow_ids=["a"])
    assert take_over(left, TICKETS)
    assert not take_over(left, TICKETS)
    wait_until(lambda: engine.backlog.unfinished() == 0)
    (one,) = DBOS.list_workflows(workflow_ids=["a"])
    assert one.recovery_attempts == 3


def test_what_a_claim_answers_is_what_dbos_would_ask_for(database_url: str) -> None:
    engine = Engine(database_url, worker=False)
    register(engine, "wf", done, crashed)
    engine.start()
    try:
        database = system_database()
        queue = database.get_queue(TICKETS)
        assert queue is not None
        engine.accept([example_work("wf", f"key {number}", f"ticket:{number}", {"n": number}) for number in range(3)])
        keys = engine._scheduler(queue, "me", "1", 2, owner_xid="x")
        assert len(keys) == 2
        expected = SystemDatabase.get_workflow_statuses(database, keys)
        assert engine._scheduler.rows(keys) == expected
        assert engine._scheduler.rows(keys) == []
        assert database.get_workflow_statuses(keys) == expected, "what no claim tells is asked for"
    finally:
        engine.stop()


def test_active_workflows_are_those_whose_threads_run(start: Started) -> None:
    free = threading.Event()
    engine = start({"wf": lambda _: {"waited": free.wait(10)}})
    assert active_workflows() == []
    engine.accept([example_work("wf", "a", "ticket:1", {})])
    wait_until(lambda: active_workflows() == ["a"])
    free.set()
    wait_until(lambda: active_workflows() == [])


def test_the_database_clock_counts_milliseconds_as_the_table_does(start: Started) -> None:
    engine = start({"wf": done})
    engine.accept([example_work("wf", "a", "ticket:1", {}, delay=60)])
    with engine.store.database.connect() as connection:
        now = connection.execute(sa.select(database_clock(system_database()))).scalar_one()
        stored = connection.execute(sa.select(workflow_status(connection).c.created_at)).scalar_one()
    assert abs(now - time.time() * 1000) < 5000
    assert abs(now - stored) < 5000


def leave_behind(engine: Engine, key: str, *, starts: int) -> None:
    """As if a process that is gone now had begun the work, for the time `starts`."""
    with engine.store.database.begin() as connection:
        table = workflow_status(connection)
        left = {"status": "PENDING", "executor_id": "gone", "recovery_attempts": starts}
        connection.execute(sa.update(table).where(table.c.workflow_uuid == key).values(**left))
