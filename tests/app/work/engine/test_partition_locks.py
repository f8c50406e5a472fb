"""Partition locks and steps on a PostgreSQL that others use too."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.records.database import make_engine
from app.work.engine.partition_locks import PartitionLocks
from app.work.engine.work_rows import JSON
from tests.app.work.conftest import Started, wait_until
from tests.support.work import example_work

DEFAULT_MOST = 100
PROCESSES = 5


@pytest.fixture(params=["postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def enter(locks: PartitionLocks, partition: str, seen: list[str], leave: threading.Event) -> threading.Thread:
    def run() -> None:
        with locks.hold(partition):
            seen.append(partition)
            leave.wait(20)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_one_at_a_time_within_a_process_and_between_two(database_url: str) -> None:
    one, other = PartitionLocks(database_url), PartitionLocks(database_url)
    seen: list[str] = []
    leave, later = threading.Event(), threading.Event()
    threads = [enter(one, "a", seen, leave)]
    wait_until(lambda: seen == ["a"])
    threads += [enter(one, "a", seen, later), enter(other, "a", seen, later)]
    threads += [enter(one, "b", seen, later), enter(other, "c", seen, later)]
    wait_until(lambda: sorted(seen) == ["a", "b", "c"])
    later.set()
    leave.set()
    for thread in threads:
        thread.join(20)
    assert sorted(seen) == ["a", "a", "a", "b", "c"]
    one.close()
    other.close()


def test_a_cut_connection_is_replaced(database_url: str) -> None:
    locks, engine = PartitionLocks(database_url), make_engine(database_url, pool=1)
    others = "pid <> pg_backend_pid() and datname = current_database()"
    cut = sa.text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
    with locks.hold("a"), engine.begin() as connection:
        connection.execute(sa.text("set application_name = 'somebody'"))
        connection.execute(cut)
    with locks.hold("a"):
        pass
    locks.close()
    engine.dispose()


def connections(database_url: str) -> int:
    watcher = make_engine(database_url, pool=1)
    with watcher.connect() as connection:
        query = "select count(*) from pg_stat_activity where datname = current_database()"
        used: int = connection.execute(sa.text(query)).scalar_one()
    watcher.dispose()
    return used - 1


def test_work_that_outlives_a_process_s_stop_leaves_no_connection_open(database_url: str) -> None:
    locks = PartitionLocks(database_url)
    with locks.hold("a"):
        locks.close()
    with locks.hold("b"):
        assert connections(database_url) == 1
    wait_until(lambda: connections(database_url) == 0)


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
