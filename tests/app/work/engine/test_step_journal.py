"""Steps that are recorded with the rows that follow from them, on both databases."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
import sqlalchemy as sa

from app.work.engine import step_journal
from app.work.engine.dbos_internals import system_database
from app.work.engine.engine import Engine
from app.work.engine.work_rows import JSON
from tests.app.work.conftest import Started, done, wait_until
from tests.support.work import example_work


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def names(key: str) -> list[str]:
    return [step["function_name"] for step in system_database().list_workflow_steps(key)]


def ended(engine: Engine) -> None:
    wait_until(lambda: engine.backlog.unfinished() == 0)


def test_a_deferred_step_is_recorded_in_the_transaction_of_what_follows(start: Started) -> None:
    seen: list[list[str]] = []

    def workflow(payload: JSON) -> None:
        engine.step("decide", lambda: 7, answers=int, deferred=True)
        seen.append(names(payload["key"]))
        with suppress(ZeroDivisionError), engine.keeping() as along, engine.store.database.begin() as connection:
            along(connection)
            raise ZeroDivisionError
        seen.append(names(payload["key"]))
        with engine.keeping() as along, engine.store.database.begin() as connection:
            along(connection)
        seen.append(names(payload["key"]))

    engine = start({"wf": workflow})
    engine.accept([example_work("wf", "a", "ticket:1")])
    ended(engine)
    assert seen == [[], [], ["decide"]]


def test_before_a_request_and_before_more_work_all_is_recorded(start: Started) -> None:
    seen: list[list[str]] = []

    def workflow(payload: JSON) -> None:
        engine.step("decide", lambda: 7, answers=int, deferred=True)
        engine.settle()
        seen.append(names(payload["key"]))
        engine.step("write", lambda: 8, answers=int, deferred=True)
        engine.later(example_work("more", "b", "ticket:2"))
        seen.append(names(payload["key"])[:2])
        engine.step("find", lambda: 9, answers=int, deferred=True)
        engine.step("plan", lambda: 10, answers=int)
        seen.append(names(payload["key"])[-2:])

    engine = start({"wf": workflow, "more": done})
    engine.accept([example_work("wf", "a", "ticket:1")])
    ended(engine)
    assert seen == [["decide"], ["decide", "write"], ["find", "plan"]]


def test_a_row_that_is_refused_is_told_once_and_the_rest_is_written(start: Started) -> None:
    seen: list[bool] = []

    def workflow(payload: JSON) -> None:
        engine.keep(lambda _connection: False)
        engine.step("decide", lambda: 7, answers=int, deferred=True)
        seen.append(engine.was_refused())
        with engine.keeping() as along, engine.store.database.begin() as connection:
            along(connection)
        seen.extend([engine.was_refused(), engine.was_refused(), names(payload["key"]) == ["decide"]])

    engine = start({"wf": workflow})
    engine.accept([example_work("wf", "a", "ticket:1")])
    ended(engine)
    assert seen == [False, True, False, True]


def test_the_first_try_of_a_run_is_told_once(start: Started) -> None:
    seen: list[bool] = []
    engine = start({"wf": lambda _: seen.extend([engine.first_try(), engine.first_try()])})
    engine.accept([example_work("wf", key, "ticket:1") for key in "ab"])
    ended(engine)
    assert seen == [True, False, True, False]


def test_work_ends_however_long_its_database_is_away(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else no other work on its ticket could begin."""
    monkeypatch.setattr(step_journal, "PATIENCE_SECONDS", 0.1)
    refused: list[object] = []

    def refuse(_: object) -> None:
        if len(refused) < 4 and threading.current_thread().name.startswith("dbos-executor"):
            refused.append(1)
            raise sa.exc.OperationalError("BEGIN", None, Exception("it is away"))

    def workflow(payload: JSON) -> None:
        if payload["key"] == "a":
            sa.event.listen(engine._engine, "begin", refuse)

    engine = start({"wf": workflow})
    engine.accept([example_work("wf", key, "ticket:1") for key in "ab"])
    ended(engine)
    assert len(refused) == 4


def test_a_run_that_lost_its_work_records_nothing_and_undoes_its_rows(start: Started) -> None:
    written: list[int] = []

    def workflow(payload: JSON) -> None:
        engine.step("decide", lambda: 7, answers=int, deferred=True)
        table = sa.table("workflow_status", sa.column("workflow_uuid"), sa.column("owner_xid"))
        table.schema = None if engine.store.database.dialect.name == "sqlite" else "dbos"
        with engine.store.database.begin() as connection:
            taken_over = sa.update(table).where(table.c.workflow_uuid == payload["key"]).values(owner_xid="another")
            connection.execute(taken_over)
        with engine.keeping() as along, engine.store.database.begin() as connection:
            along(connection)
            written.append(1)

    engine = start({"wf": workflow})
    engine.accept([example_work("wf", "a", "ticket:1")])
    wait_until(lambda: not engine._scheduler.begun_first)
    assert (written, names("a")) == ([], [])
