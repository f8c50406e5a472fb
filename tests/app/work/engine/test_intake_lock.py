"""The intake and SQLite's one lock: it takes it soon, waits no longer than it may, and lets the workers have it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from app.records import database as records_database
from app.records.database import sqlite_path
from app.work.engine import work_store
from app.work.engine.work_store import MOST_REST_SECONDS, WorkStore
from app.work.messages import CannotStore
from tests.app.work.conftest import Started, done
from tests.support.work import example_work


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def store(start: Started, database_url: str) -> Iterator[WorkStore]:
    start({"wf": done})
    store = WorkStore(database_url)
    yield store
    store.close()


@pytest.fixture
def other(database_url: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(sqlite_path(database_url), isolation_level=None, check_same_thread=False, timeout=20)
    yield connection
    connection.close()


def accept(store: WorkStore, *keys: str) -> list[bool]:
    return store.accept([example_work("wf", key, "ticket:1", delay=1e6) for key in keys])


def test_it_stores_once_another_writer_has_committed(store: WorkStore, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, other.commit).start()
    assert accept(store, "a") == [True]


def test_a_lock_that_is_never_free_is_said_and_the_next_delivery_is_stored(
    store: WorkStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_database, "SQLITE_WAITS_SECONDS", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotStore):
        accept(store, "a")
    other.rollback()
    assert accept(store, "a") == [True]


def test_what_arrives_in_masses_leaves_the_lock_free_as_long_as_it_held_it(
    store: WorkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    clock = iter([0.0, 1.0, 1.004, 1.004, 2.0])
    monkeypatch.setattr(work_store, "time", SimpleNamespace(sleep=rests.append, monotonic=lambda: next(clock)))
    accept(store, "a", "b")
    accept(store, "c")
    assert rests == [0.0, pytest.approx(0.004)]
    assert MOST_REST_SECONDS < 0.05  # a sender waits for it
