"""A process that loses its connections, and steps, on a PostgreSQL that others use too."""

from __future__ import annotations

import select
import threading
from itertools import islice
from subprocess import PIPE

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.records.database import make_engine
from app.work.engine.engine import Engine
from app.work.engine.executor_locks import PostgresExecutorLocks
from app.work.engine.work_rows import JSON
from tests.app.work.conftest import Started, wait_until
from tests.support.forked import Forked
from tests.support.work import example_work

DEFAULT_MOST = 100
PROCESSES = 5


@pytest.fixture(params=["postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


SAYS_WHAT_IT_RAN = """
import sys
from app.work.engine.engine import Engine
from tests.support.work import register
engine = Engine(sys.argv[1], polling_seconds=0.02, recovery_seconds=0.05)
register(engine, "wf", lambda payload: print("ran", payload["n"], flush=True) or {}, lambda payload, error: {})
engine.start()
sys.stdin.read()
"""


def cut(database_url: str, *numbers: int) -> None:
    """Of the connections that hold a lock of this database, in the order in which they began."""
    watcher = make_engine(database_url, pool=1)
    ours = "locktype = 'advisory' and datname = current_database()"
    holders = f"select pid from pg_locks join pg_stat_activity using (pid) where {ours} order by backend_start"
    with watcher.connect() as connection:
        held = connection.execute(sa.text(holders)).scalars().all()
        for number in numbers:
            connection.execute(sa.text(f"select pg_terminate_backend({held[number]}, 5000)"))
    watcher.dispose()


@pytest.mark.parametrize("lost", [0, 1])
def test_work_is_taken_over_only_when_both_locks_of_its_process_are_free(database_url: str, lost: int) -> None:
    one, other = PostgresExecutorLocks(database_url), PostgresExecutorLocks(database_url)
    one.hold("one")
    assert one.is_held()
    with other.taken_from_dead("one") as dead:
        assert not dead
    assert one.is_held(), "who asks takes nothing away"
    cut(database_url, lost)
    with other.taken_from_dead("one") as dead:
        assert not dead, "it still works"
    assert not one.is_held(), "and it knows"
    with pytest.raises(psycopg.Error):
        one.check()
    cut(database_url, 0)
    with other.taken_from_dead("one") as dead:
        assert dead
    one.release()


def test_what_the_server_says_of_itself_is_no_loss(database_url: str) -> None:
    locks = PostgresExecutorLocks(database_url)
    locks.hold("one")
    for connection in locks._own:
        connection.execute("listen anything")
    locks._own[0].execute("notify anything")  # the other one has something to read now
    wait_until(lambda: select.select(locks._own, [], [], 0)[0])
    assert locks.is_held()
    locks.release()
    assert not locks.is_held()


def test_a_process_that_lost_its_locks_begins_nothing_and_another_one_does_its_work(
    start: Started, database_url: str, recovery_by_hand: None
) -> None:
    steps: list[object] = []
    begun, goes_on = threading.Event(), threading.Event()

    def run(payload: JSON) -> JSON:
        if payload["n"] == 1:
            begun.set()
            goes_on.wait(20)
        engine[0].step("act", lambda: steps.append(payload["n"]))
        return {}

    engine = list[Engine]()
    engine.append(start({"wf": run}))
    engine[0].accept([example_work("wf", "a", "ticket:1", {"n": 1})])
    assert begun.wait(20)
    cut(database_url, 0, 1)
    goes_on.set()
    engine[0].accept([example_work("wf", "b", "ticket:2", {"n": 2})])
    wait_until(lambda: engine[0].backlog.waiting() == 1)
    peer = Forked("-c", SAYS_WHAT_IT_RAN, database_url, stdin=PIPE, stdout=PIPE)
    said = (line for line in peer.stdout if line.startswith(b"ran"))
    assert sorted(islice(said, 2)) == [b"ran 1\n", b"ran 2\n"]
    wait_until(lambda: engine[0].backlog.unfinished() == 0)
    peer.end()
    assert steps == [], "what had begun stopped before its next step"


def connections(database_url: str) -> int:
    watcher = make_engine(database_url, pool=1)
    with watcher.connect() as connection:
        query = "select count(*) from pg_stat_activity where datname = current_database()"
        used: int = connection.execute(sa.text(query)).scalar_one()
    watcher.dispose()
    return used - 1


def test_a_step_waits_for_a_database_that_has_no_connection_left(start: Started) -> None:
    tries: list[int] = []

    def crowded() -> JSON:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("select 1", {}, Exception("sorry, too many clients already"))
        return {"done": True}

    def run(_: JSON) -> JSON:
        return engine[0].step("crowded", crowded)

    engine = []
    engine.append(start({"wf": run}))
    engine[0].accept([example_work("wf", "a", "ticket:1", {})])
    wait_until(lambda: len(tries) == 3)
    wait_until(lambda: engine[0].backlog.unfinished() == 0)


def test_five_processes_fit_into_a_postgresql_as_it_comes(start: Started, database_url: str) -> None:
    def count(_: JSON) -> JSON:
        return engine[0].step("wait", lambda: {"waited": gate.wait(20)})

    gate, engine = threading.Event(), []
    engine.append(start({"triage_ticket": count}))
    engine[0].accept([example_work("triage_ticket", str(number), f"ticket:{number}") for number in range(30)])
    wait_until(lambda: engine[0].backlog.waiting() == 22)
    used = connections(database_url)
    gate.set()
    assert used + 5 <= DEFAULT_MOST / PROCESSES, "and the records take up to five more"
    wait_until(lambda: engine[0].backlog.unfinished() == 0)
