"""The intake and SQLite's one lock: it takes it soon, waits no longer than it may, and lets the workers have it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.records import database as records_database
from app.records import postgresql_set_up
from app.records.database import make_engine
from app.records.database_url import sqlite_path
from app.work.engine import work_store
from app.work.engine.work_store import MOST_REST_SECONDS, SLOW_FOR_SECONDS, SLOW_SECONDS, WorkStore
from app.work.messages import CannotStore, Work
from tests.app.work.conftest import Started, done
from tests.support.work import example_work


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(start: Started, database_url: str) -> Iterator[WorkStore]:
    start({"wf": done})
    store = WorkStore(database_url)
    store.open_for_loop()
    yield store
    store.close()


@pytest.fixture
def other(database_url: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(sqlite_path(database_url), isolation_level=None, check_same_thread=False, timeout=20)
    yield connection
    connection.close()


def delivery(key: str) -> Work:
    return example_work("wf", key, "ticket:1", delay=1e6)


def accept(store: WorkStore, *keys: str) -> list[bool]:
    return store.accept(list(map(delivery, keys)))


def test_it_stores_once_another_writer_has_committed(store: WorkStore, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, other.commit).start()
    assert accept(store, "a") == [True]


def test_a_lock_that_is_never_free_is_said_and_the_next_delivery_is_stored(
    store: WorkStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_database, "WAITS_SECONDS", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotStore):
        accept(store, "a")
    other.rollback()
    assert accept(store, "a") == [True]


def test_an_event_loop_stores_it_only_where_nobody_else_writes(store: WorkStore, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert store.accept_at_once([delivery("a")]) is None
    assert time.monotonic() - began < SLOW_SECONDS
    other.rollback()
    assert store.accept_at_once([delivery("a")]) == [True]
    assert store.accept_at_once([delivery("a")]) == [False]
    other.execute("BEGIN IMMEDIATE")  # it holds nothing
    other.rollback()


def test_what_an_event_loop_has_stored_is_on_the_disk(store: WorkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(records_database, "_flush", flushed.append)
    elsewhere = example_work("wf", "b", "ticket:2", delay=1e6)
    for batch in ([delivery("a")], [replace(elsewhere, merged=True)], [delivery("a"), delivery("c")]):
        assert store.accept_at_once(batch) == [one.message.key != "a" or len(batch) == 1 for one in batch]
        assert flushed
        flushed.clear()


def test_to_close_waits_until_the_event_loop_has_stored(store: WorkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes, may_end = threading.Event(), threading.Event()

    def flush(_: int) -> None:
        flushes.set()
        may_end.wait(10)

    monkeypatch.setattr(records_database, "_flush", flush)
    with ThreadPoolExecutor(2) as pool:
        stored = pool.submit(store.accept_at_once, [delivery("a")])
        flushes.wait(10)
        closed = pool.submit(store.close)
        assert not wait([closed], timeout=0.1).done
        may_end.set()
        assert stored.result(10) == [True]
        closed.result(10)


def test_an_event_loop_does_not_wait_for_a_slow_disk_again_for_a_while(
    store: WorkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0

    def flushed(_: int) -> None:
        nonlocal now
        now += SLOW_SECONDS + 0.01

    monkeypatch.setattr(work_store, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: now))
    monkeypatch.setattr(records_database, "_flush", flushed)
    assert store.accept_at_once([delivery("a")]) == [True]
    assert store.accept_at_once([delivery("b")]) is None
    assert store.accept([delivery("b")]) == [True]
    now += SLOW_FOR_SECONDS
    assert store.accept_at_once([delivery("c")]) == [True]


def test_an_event_loop_opens_no_connection(store: WorkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise OperationalError("INSERT", None, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(work_store, "insert_one", fail)
    assert store.accept_at_once([delivery("a")]) is None
    monkeypatch.undo()
    assert store.accept_at_once([delivery("a")]) is None
    store.open_for_loop()
    assert store.accept_at_once([delivery("a")]) == [True]


@pytest.mark.parametrize("another", [False, True], ids=["moved", "replaced"])
def test_a_file_that_comes_back_has_all_that_was_stored(store: WorkStore, database_url: str, *, another: bool) -> None:
    """To open another file at its place would throw away the log, in which the last deliveries still are."""
    path = sqlite_path(database_url)
    mine, backup = path.with_name("mine.db"), path.with_name("backup.db")
    backup.write_bytes(path.read_bytes())
    assert store.accept_at_once([delivery("a")]) == [True]
    path.rename(mine)
    if another:
        backup.rename(path)
    assert store.accept_at_once([delivery("b")]) is None
    store.open_for_loop()
    with pytest.raises(CannotStore):
        accept(store, "b")
    assert path.exists() == another
    mine.rename(path)
    assert store.accept_at_once([delivery("b")]) == [True]
    store.close()
    with closing(sqlite3.connect(path)) as fresh:
        stored = {row[0] for row in fresh.execute("SELECT workflow_uuid FROM workflow_status")}
    assert stored == {delivery(key).message.work_id for key in "ab"}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_is_closed_takes_nothing(store: WorkStore) -> None:
    store.close()
    assert store.accept_at_once([delivery("a")]) is None
    for refused in (lambda: accept(store, "a"), store.try_to_write):
        with pytest.raises(CannotStore):
            refused()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_is_to_be_written_along_is_written_also_where_no_work_is(store: WorkStore) -> None:
    written: list[object] = []
    assert store.accept([], written.append) == []
    assert len(written) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_two_in_a_batch_that_say_the_same_one_is_new(store: WorkStore) -> None:
    assert accept(store, "a", "b", "a") == [True, True, False]
    assert accept(store, "b", "c") == [False, True]


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_connection_that_the_server_ends_costs_one_delivery(
    store: WorkStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_set_up, "TRUSTED_SECONDS", 60.0)
    assert accept(store, "a") == [True]
    engine = make_engine(database_url, pool=1)
    with engine.connect() as other:
        others = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database()"
        other.execute(sa.text(f"{others} and pid <> pg_backend_pid()")).all()
    engine.dispose()
    with pytest.raises(CannotStore):
        accept(store, "b")
    assert accept(store, "b") == [True]


@pytest.mark.parametrize("database", ["postgresql"])
def test_an_event_loop_never_waits_for_a_server(store: WorkStore) -> None:
    assert store.accept_at_once([delivery("a")]) is None
    assert accept(store, "a") == [True]


def test_what_arrives_in_masses_leaves_the_lock_free_as_long_as_it_held_it(
    store: WorkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    clock = iter([0.0, 1.0, 1.004, 1.004, 2.0, 2.0])
    monkeypatch.setattr(work_store, "time", SimpleNamespace(sleep=rests.append, monotonic=lambda: next(clock)))
    accept(store, "a", "b")
    accept(store, "c")
    assert rests == [pytest.approx(0.004)]
    assert MOST_REST_SECONDS < 0.05  # a sender waits for it
