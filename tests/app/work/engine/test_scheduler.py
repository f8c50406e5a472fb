"""Taking work from the queue, on both databases."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from copy import copy
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.records import database as records_database
from app.records.database_errors import LockIsTaken
from app.records.database_url import sqlite_path
from app.work.engine import claims as claims_module
from app.work.engine.claims import AT_ONCE
from app.work.engine.dbos_internals import Queue, system_database
from app.work.engine.engine import Engine
from app.work.engine.queues import TICKETS
from app.work.engine.scheduler import WINDOW, Scheduler
from app.work.messages import Work
from tests.app.work.conftest import crashed, done
from tests.support.work import example_work, register

Still = tuple[Engine, Scheduler, Queue]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[False, True], ids=["looks", "expects"])
def expected(request: pytest.FixtureRequest) -> bool:
    """Was the bell rung? Then what is claimed is not looked for first."""
    return bool(request.param)


@pytest.fixture
def still(database_url: str, expected: bool) -> Iterator[Still]:
    """An engine that takes nothing by itself, and what it would take work with."""
    engine = Engine(database_url, worker=False)
    register(engine, "wf", done, crashed)
    engine.start()
    database = system_database()
    take = database.start_queued_partitioned_workflows
    assert isinstance(take, Scheduler)
    take.is_expected = lambda _: expected
    queue = database.get_queue(TICKETS)
    assert queue is not None
    yield engine, take, queue
    engine.stop()


def work(key: str, ticket: int) -> Work:
    return example_work("wf", key, f"ticket:{ticket}", {})


def test_what_was_begun_by_nobody_before_in_a_new_partition_is_told_until_it_ends(still: Still) -> None:
    engine, take, queue = still
    take = Scheduler(take._database, ["wf"], lambda: False, lambda partition: partition == "ticket:1")
    engine.accept([work("a", 1), work("b", 2)])
    assert sorted(take(queue, "me", "1", 8, owner_xid="x")) == ["a", "b"]
    assert (take.begun_first, take.new) == ({"a", "b"}, {"a"})
    with take._database.engine.begin() as connection:
        connection.execute(sa.update(take._table).values(status="ENQUEUED"))
    assert len(take(queue, "me", "1", 8, owner_xid="y")) == 2
    assert (take.begun_first, take.new) == (set(), set()), "somebody may have worked on them"
    engine.accept([work("c", 1)])
    with take._database.engine.begin() as connection:
        connection.execute(sa.delete(take._table).where(take._table.c.workflow_uuid == "a"))
    assert take(queue, "me", "1", 8, owner_xid="z") == ["c"]
    assert take.new == {"c"}
    take.ended("c")
    assert take.new == set()


def test_the_oldest_of_each_free_partition_is_taken_in_order(still: Still) -> None:
    engine, take, queue = still
    engine.accept([work("c", 1), work("b", 2), work("d", 1), work("a", 3)])
    table = take._table
    with take._database.engine.begin() as connection:
        for age, key in enumerate("adbc"):
            older = sa.update(table).where(table.c.workflow_uuid == key).values(created_at=table.c.created_at - age)
            connection.execute(older)
    assert take(queue, "me", "1", 2, owner_xid="x") == ["c", "b"]
    assert take(queue, "you", "1", 8, owner_xid="y") == ["a"], "ticket 1 is worked on"
    assert take(queue, "you", "1", 8, owner_xid="y") == []
    assert engine.backlog.waiting() == 1


def test_work_waits_where_the_last_look_found_as_much_as_there_was_room_for(still: Still) -> None:
    engine, take, queue = still
    engine.accept([work("a", 1), work("b", 2), work("c", 3)])
    known = []
    for room in (2, 2):
        take(queue, "me", "1", room, owner_xid="x")
        known.append(take.work_waits(TICKETS))
    assert known == [True, False]
    assert not take.work_waits("dbos's own")


def test_a_flood_on_one_ticket_does_not_hide_the_others(still: Still, expected: bool, database: str) -> None:
    engine, take, queue = still
    engine.accept([work(f"flood-{number}", 1) for number in range(3 * WINDOW)])
    engine.accept([work("other", 2), work("third", 3)])
    first, *others = take(queue, "me", "1", 8, owner_xid="x")
    assert first.startswith("flood-")
    if (
        expected and database == "postgresql"
    ):  # then only the first window is looked into; now the flood's partition is not free
        others = take(queue, "me", "1", 8, owner_xid="x")
    assert sorted(others) == ["other", "third"]


def test_more_than_are_claimed_at_once_are_taken_in_one_look(still: Still) -> None:
    engine, take, queue = still
    keys = [f"{number:02}" for number in range(2 * AT_ONCE + 3)]
    engine.accept([work(key, int(key)) for key in keys])
    assert sorted(take(queue, "me", "1", len(keys) - 1, owner_xid="x")) == keys[:-1]
    assert [row["workflow_uuid"] for row in take.rows(keys)] == keys[:-1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fails_at", ["_claims", "_reads"])
@pytest.mark.parametrize("gives_back", ["at once", "before the next look"])
def test_what_a_claim_that_was_cut_off_has_claimed_is_taken_by_the_next_look(
    still: Still, monkeypatch: pytest.MonkeyPatch, fails_at: str, gives_back: str
) -> None:
    """Nobody began it, and while the process lives nobody would take it over."""
    engine, take, queue = still
    claims: Any = take._claims
    keys = [f"{number:02}" for number in range(2 * AT_ONCE - 1)]
    engine.accept([work(key, int(key)) for key in keys])

    def fail(*_: object) -> int:
        raise OperationalError("", None, Exception("disk I/O error"))

    prepared, failing = getattr(claims, fails_at), SimpleNamespace(run=fail, rows=fail)
    with monkeypatch.context() as broken:
        broken.setattr(claims, fails_at, lambda count: prepared(count) if count == AT_ONCE else failing)
        if gives_back != "at once":
            broken.setattr(claims, "_put_back", failing)
        with pytest.raises(OperationalError):
            take(queue, "me", "1", 64, owner_xid="x")
    assert engine.backlog.waiting() == (len(keys) if gives_back == "at once" else len(keys) - claimed(fails_at))
    assert sorted(take(queue, "me", "1", 64, owner_xid="y")) == keys
    assert take.begun_first == set(keys), "it crashed no process"
    assert take(queue, "me", "1", 64, owner_xid="z") == []


def claimed(fails_at: str) -> int:
    """Before the error, of 2 * AT_ONCE - 1."""
    return AT_ONCE if fails_at == "_claims" else 2 * AT_ONCE - 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", [0, 1])
def test_a_lock_that_is_taken_leaves_what_was_claimed_before(
    still: Still, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    engine, take, queue = still
    keys = [f"{number:02}" for number in range(2 * AT_ONCE)]
    engine.accept([work(key, int(key)) for key in keys])
    asked = count()

    def run_alone(*given: Any, **options: Any) -> Any:
        if next(asked) == part:
            raise LockIsTaken("", None, Exception("database is locked"))
        return records_database.run_alone(*given, **options)

    monkeypatch.setattr(claims_module, "run_alone", run_alone)
    with nullcontext() if part else pytest.raises(LockIsTaken):
        assert sorted(take(queue, "me", "1", 64, owner_xid="x")) == keys[:AT_ONCE]
    assert sorted(take(queue, "me", "1", 64, owner_xid="y")) == keys[part * AT_ONCE :]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_look_that_finds_nothing_waits_for_nobody_who_writes(still: Still, database_url: str) -> None:
    engine, take, queue = still
    engine.accept([work("a", 1)])
    assert take(queue, "me", "1", 8, owner_xid="x") == ["a"]
    other = sqlite3.connect(sqlite_path(database_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert take(queue, "me", "1", 8, owner_xid="y") == []
    other.close()


def test_nothing_of_another_version_or_queue_and_no_workflow_of_another_name_is_taken(still: Still) -> None:
    engine, take, queue = still
    engine.accept([work("a", 1), example_work("of_another_version", "b", "ticket:2", {})])
    assert engine.unknown_workflows() == {"of_another_version": 1}
    assert take(queue, "me", "2", 8, owner_xid="x") == []
    other = copy(queue)
    other.name = "other"
    assert take(other, "me", "1", 8, owner_xid="x") == []
    assert take(queue, "me", "1", 8, owner_xid="x") == ["a"]


def test_nothing_is_taken_while_everything_is_paused(still: Still) -> None:
    engine, take, queue = still
    engine.accept([work("a", 1)])
    paused = True
    take._paused = lambda: paused
    assert take(queue, "me", "1", 8, owner_xid="x") == []
    paused = False
    assert take(queue, "me", "1", 8, owner_xid="x") == ["a"]


def test_while_everything_is_paused_nobody_looks_sooner(still: Still) -> None:
    engine, take, queue = still
    engine.accept([work("a", 1), work("b", 2)])
    take(queue, "me", "1", 1, owner_xid="x")
    assert take.work_waits(TICKETS)
    take._paused = lambda: True
    take(queue, "me", "1", 1, owner_xid="x")
    assert not take.work_waits(TICKETS)


def test_workers_of_several_processes_at_once_never_take_the_same_partition(still: Still, expected: bool) -> None:
    """Each with a scheduler of its own: nothing but the database keeps them apart."""
    engine, _, queue = still
    engine.accept([work(f"{ticket}-{number}", ticket) for ticket in range(20) for number in range(5)])
    taken: list[str] = []
    together = threading.Barrier(4)

    def look(executor: str) -> None:
        take = Scheduler(system_database(), ["wf"], lambda: False)
        take.is_expected = lambda _: expected
        together.wait()
        while len(taken) < 20:  # on PostgreSQL one who comes while another one looks is sent away
            taken.extend(take(queue, executor, "1", 3, owner_xid=executor))

    threads = [threading.Thread(target=look, args=(f"executor-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    partitions = [key.partition("-")[0] for key in taken]
    assert len(partitions) == len(set(partitions)) == 20
