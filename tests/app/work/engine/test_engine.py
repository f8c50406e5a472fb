"""The engine's contract: what we rely on in dbos, and what we set differently from its defaults."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from subprocess import PIPE

import pytest
import sqlalchemy as sa
from dbos import DBOS

from app.records.database import make_engine
from app.work.engine.backlog import workflow_status
from app.work.engine.engine import Engine, Workflow
from app.work.engine.executor_locks import FileExecutorLocks, new_executor_id
from app.work.engine.work_rows import JSON, PIPELINE_VERSION
from app.work.messages import CannotStore, Work
from tests.app.work.conftest import CRASHES, Started, done, wait_until
from tests.support.forked import Forked
from tests.support.work import example_work, register


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def work(key: str, ticket_id: int = 1, *, delay: float = 0.0, **payload: object) -> Work:
    return example_work("wf", key, f"ticket:{ticket_id}", payload, delay=delay)


def noting(ran: list[object]) -> Workflow:
    def workflow(payload: JSON) -> JSON:
        ran.append(payload["n"])
        return {}

    return workflow


def test_new_work_is_told_from_known_work(start: Started) -> None:
    engine = start({"wf": done})
    assert engine.accept([work("a"), work("b")]) == [True, True]
    assert engine.accept([work("b", delay=60), work("c")]) == [False, True]


def test_work_runs_with_a_pinned_version_and_is_not_run_twice(start: Started) -> None:
    ran: list[object] = []
    engine = start({"wf": noting(ran)})
    engine.accept([work("a", n=1, delay=0.2)])
    engine.accept([work("a", n=2)])
    wait_until(lambda: engine.backlog.unfinished() == 0)
    assert ran == [1]
    assert {one.app_version for one in DBOS.list_workflows()} == {PIPELINE_VERSION}


def test_a_repeat_that_comes_after_the_work_began_is_looked_at_once_more(start: Started) -> None:
    """Zendesk's timestamps have one second: an equal key may stand for a later change of the ticket."""
    ran: list[object] = []
    engine = start({"wf": noting(ran)})
    engine.accept([work("a", n=1)])
    wait_until(lambda: ran == [1])
    wait_until(lambda: engine.backlog.unfinished() == 0)
    assert engine.accept([work("a", n=2)]) == [False]
    wait_until(lambda: ran == [1, 2])


def test_every_repeat_within_the_second_is_looked_at_and_none_once_all_was_seen(start: Started) -> None:
    ran: list[object] = []
    engine = start({"wf": noting(ran)})
    for n in range(6):
        assert engine.accept([work("a", n=n)]) == [n == 0]
        wait_until(lambda: ran[-1:] == [n])  # noqa: B023  # called at once
    wait_until(lambda: engine.backlog.unfinished() == 0)
    with engine.store.database.begin() as connection:
        table = workflow_status(connection)
        connection.execute(sa.update(table).values(started_at_epoch_ms=table.c.started_at_epoch_ms + 60_000))
    for _ in range(3):
        assert engine.accept([work("a", n=99)]) == [False]
    assert engine.backlog.unfinished() == 0
    assert 99 not in ran


def test_what_a_repeat_leads_to_has_names_of_its_own(start: Started) -> None:
    """Or its second try would pass for one that the first had long ago, and be lost."""
    keys: list[object] = []

    def flow(payload: JSON) -> JSON:
        keys.append(payload["key"])
        return {}

    engine = start({"wf": flow})
    for _ in range(2):
        engine.accept([example_work("wf", "a", "ticket:1", {"key": "a"})])
        wait_until(lambda: engine.backlog.unfinished() == 0)
    assert keys == ["a", "a~2"]


def test_one_ticket_is_worked_on_by_one_at_a_time_and_others_go_on(start: Started) -> None:
    free = threading.Event()
    running: list[object] = []

    def hold(payload: dict[str, object]) -> dict[str, object]:
        running.append(payload["n"])
        if payload["n"] == "first":
            free.wait(10)
        return {}

    engine = start({"wf": hold})
    engine.accept([work("a", 1, n="first"), work("b", 1, n="second"), work("c", 2, n="other")])
    wait_until(lambda: "other" in running)
    assert "second" not in running
    free.set()
    wait_until(lambda: "second" in running)


def test_a_step_that_was_kept_does_not_run_again_and_its_answer_is_plain_json(start: Started) -> None:
    engine_: list[Engine] = []
    answers: list[object] = []

    def flow(payload: dict[str, object]) -> dict[str, object]:
        answers.append(engine_[0].step("look", lambda: {"seen": [1, "two", None]}))
        return {}

    engine_.append(start({"wf": flow}))
    engine_[0].accept([work("a")])
    wait_until(lambda: answers == [{"seen": [1, "two", None]}])
    stored = DBOS.list_workflow_steps("a")
    assert stored[0]["function_name"] == "look"


def test_later_work_waits_without_holding_the_ticket(start: Started) -> None:
    ran: list[object] = []
    engine_: list[Engine] = []

    def flow(payload: dict[str, object]) -> dict[str, object]:
        ran.append(payload["n"])
        if payload["n"] == 1:
            engine_[0].later(work("a+2", n=2, delay=3600))
        return {}

    engine_.append(start({"wf": flow}))
    engine_[0].accept([work("a", n=1)])
    wait_until(lambda: ran == [1])
    engine_[0].accept([work("b", n=3)])
    wait_until(lambda: ran == [1, 3])
    assert engine_[0].backlog.waiting() == 1


def test_work_for_a_database_that_is_locked_up_is_refused(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = start({"wf": done})
    nowhere = sa.create_engine("sqlite:////nonexistent/folder/x.db")
    for database in ("database", "_autocommitting"):
        monkeypatch.setattr(engine.store, database, nowhere)
    with pytest.raises(CannotStore):
        engine.accept([work("a")])


def test_executor_ids_are_never_the_same() -> None:
    assert len({new_executor_id() for _ in range(100)}) == 100


def test_the_lock_of_a_living_process_cannot_be_taken_and_that_of_a_dead_one_can(tmp_path: Path) -> None:
    locks = FileExecutorLocks(f"sqlite:///{tmp_path / 'x.db'}")
    script = (
        "import sys, time; from app.work.engine.executor_locks import FileExecutorLocks;"
        "locks = FileExecutorLocks(sys.argv[1]); locks.hold('peer'); print('held', flush=True); time.sleep(60)"
    )
    peer = Forked("-c", script, f"sqlite:///{tmp_path / 'x.db'}", stdout=PIPE)
    assert peer.stdout.readline() == b"held\n"
    with locks.taken_from_dead("peer") as dead:
        assert not dead
    peer.end()
    with locks.taken_from_dead("peer") as dead:
        assert dead


def test_the_work_of_a_killed_process_is_taken_over(start: Started, database_url: str, tmp_path: Path) -> None:
    script = (
        "import sys, time; from app.work.engine.engine import Engine;"
        "from tests.support.work import example_work, register;"
        "engine = Engine(sys.argv[1], polling_seconds=0.02);"
        "run = lambda payload: (print('running', flush=True), time.sleep(60)) and {};"
        "register(engine, 'wf', run, lambda payload, error: {});"
        "engine.start(); engine.accept([example_work('wf', 'a', 'ticket:1', {'n': 1})]); time.sleep(60)"
    )
    peer = Forked("-c", script, database_url, stdout=PIPE)
    assert peer.stdout.readline() == b"running\n"
    ran: list[object] = []
    engine = start({"wf": noting(ran)})
    assert engine.recover() == 0, "it lives"
    peer.end()
    wait_until(lambda: engine.recover() or ran)  # its own ticker may be faster
    wait_until(lambda: ran == [1])
    assert engine.recover() == 0


def test_stopping_lets_what_runs_end_and_begins_nothing_more(database_url: str) -> None:
    ran: list[object] = []

    def flow(payload: JSON) -> JSON:
        ran.append(payload["n"])
        time.sleep(0.4)
        return {}

    engine = Engine(database_url, polling_seconds=0.02)
    register(engine, "wf", flow, lambda _payload, _error: {})
    engine.start()
    engine.accept([work(key, 1, n=key) for key in "abc"])  # one after the other
    wait_until(lambda: ran == ["a"])
    engine.stop(grace_seconds=10)
    looking = make_engine(database_url)
    with looking.connect() as connection:
        table = workflow_status(connection)
        states = connection.execute(sa.select(table.c.status).order_by(table.c.workflow_uuid)).scalars().all()
    looking.dispose()
    assert states == ["SUCCESS", "ENQUEUED", "ENQUEUED"]
    assert ran == ["a"]


def test_a_bug_in_a_workflow_is_told_and_frees_the_ticket(start: Started) -> None:
    ran: list[object] = []

    def buggy(payload: JSON) -> JSON:
        if payload["n"] == 1:
            raise ZeroDivisionError("with a text that may be private")
        ran.append(payload["n"])
        return {}

    CRASHES.clear()
    engine = start({"wf": buggy})
    engine.accept([work("a", n=1), work("b", n=2)])
    wait_until(lambda: ran == [2])
    assert CRASHES == [({"n": 1, "key": "a"}, "ZeroDivisionError")]
