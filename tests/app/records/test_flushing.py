"""When SQLite's log reaches the disk: before anybody relies on a commit, and while everybody else may write."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from subprocess import PIPE
from threading import Event, Lock, Timer
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records import database
from app.records.database import DatabaseError, begin_locked, make_engine, make_reader, run_alone
from app.records.database_errors import LockIsTaken
from app.records.group_commit import GroupCommit
from app.records.prepared import PreparedStatement
from tests.app.work.conftest import wait_until
from tests.support.forked import Forked

BROKEN_DISK = """
import errno, sys
from app.records import database
from app.records.database import begin_locked, make_engine

def flush(_file):
    raise OSError(errno.EIO, "Input/output error")

database._flush = flush
with begin_locked(make_engine(sys.argv[1])) as connection:
    connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
print("stored")
"""


ADDED = PreparedStatement(sa.insert(sa.table("t", sa.column("a"))).values(a=sa.bindparam("a")))


class Disk:
    """Notes what is flushed, and whether others may write meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.flushed: list[Path] = []

    def flush(self, file: int) -> None:
        log = self.path.with_name(f"{self.path.name}-wal")
        assert os.path.samestat(os.fstat(file), log.stat())
        other = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.close()
        self.flushed.append(log)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'some.db'}"


@pytest.fixture
def disk(url: str, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(Path(url.removeprefix("sqlite:///")))
    monkeypatch.setattr(database, "_flush", disk.flush)
    return disk


@pytest.fixture
def engine(url: str, disk: Disk) -> Iterator[sa.Engine]:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER NOT NULL)")
    disk.flushed.clear()
    yield engine
    engine.dispose()


def insert(connection: sa.Connection) -> None:
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")


def test_a_commit_is_on_the_disk_when_its_block_has_ended(engine: sa.Engine, disk: Disk) -> None:
    for begin in (begin_locked(engine), engine.begin()):
        with begin as connection:
            insert(connection)
            assert not disk.flushed
        assert len(disk.flushed) == 1
        disk.flushed.clear()


def test_a_statement_that_runs_alone_is_on_the_disk_when_its_block_has_ended(engine: sa.Engine, disk: Disk) -> None:
    with engine.connect() as connection:
        assert run_alone(connection, lambda: ADDED.run(connection, {"a": 2})) == 1
        assert not disk.flushed
        assert not database._driver(connection).in_transaction
    assert len(disk.flushed) == 1
    with engine.connect() as connection:
        connection.begin()
        insert(connection)
        connection.rollback()
        assert connection.exec_driver_sql("SELECT a FROM t").scalars().all() == [2], "and transactions are as before"


def test_a_statement_that_runs_alone_waits_as_long_as_it_may(engine: sa.Engine, disk: Disk) -> None:
    other = sqlite3.connect(disk.path, isolation_level=None, check_same_thread=False)
    with closing(other), engine.connect() as connection:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockIsTaken):
            run_alone(connection, lambda: ADDED.run(connection, {"a": 2}), patience=0)
        Timer(0.1, other.commit).start()
        assert run_alone(connection, lambda: ADDED.run(connection, {"a": 2})) == 1
        with pytest.raises(IntegrityError):
            run_alone(connection, lambda: ADDED.run(connection, {"a": None}))
        assert connection.exec_driver_sql("SELECT a FROM t").scalars().all() == [2]


def test_what_wrote_nothing_waits_for_no_disk(engine: sa.Engine, url: str, disk: Disk) -> None:
    with engine.connect() as connection:
        connection.begin()
        insert(connection)
        connection.rollback()
    reader = make_reader(url)
    with reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0
    reader.dispose()
    counters = make_engine(url, durable=False)
    with begin_locked(counters) as connection:
        insert(connection)
    counters.dispose()
    assert not disk.flushed


def test_rows_of_others_are_committed_while_a_group_waits_for_the_disk(
    engine: sa.Engine, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushes, may_go_on, commits = Event(), Event(), GroupCommit(engine)

    def slow(file: int) -> None:
        if not flushes.is_set():
            flushes.set()
            assert may_go_on.wait(10)
        disk.flush(file)

    monkeypatch.setattr(database, "_flush", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(commits.run, insert)
        assert flushes.wait(10)
        pool.submit(commits.run, insert).result(10)
        assert not first.done()
        may_go_on.set()
        first.result(10)
    assert len(disk.flushed) == 2


class LosesPower(Disk):
    """What would be left after a power cut: the log as it was when it was flushed last."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._lock, self._left, self._cuts = Lock(), b"", count()

    def flush(self, file: int) -> None:
        with self._lock:
            self._left = os.pread(file, os.fstat(file).st_size, 0)

    def rows(self) -> set[int]:
        with self._lock:
            cut = self.path.with_name(f"cut{next(self._cuts)}.db")
            cut.write_bytes(self.path.read_bytes())
            cut.with_name(f"{cut.name}-wal").write_bytes(self._left)
        with closing(sqlite3.connect(cut)) as connection:
            return {row[0] for row in connection.execute("SELECT a FROM t")}


def test_no_thread_is_answered_before_its_rows_would_survive_a_power_cut(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = LosesPower(Path(url.removeprefix("sqlite:///")))
    monkeypatch.setattr(database, "_flush", disk.flush)
    engine = make_engine(url)
    with begin_locked(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
    commits = GroupCommit(engine)

    def survives(number: int) -> bool:
        if number % 4:
            commits.run(lambda connection: connection.exec_driver_sql(f"INSERT INTO t VALUES ({number})"))
        else:
            with begin_locked(engine) as connection:
                connection.exec_driver_sql(f"INSERT INTO t VALUES ({number})")
        return number in disk.rows()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(survives, range(64)))
    engine.dispose()


def test_what_was_committed_on_a_connection_that_broke_is_flushed(engine: sa.Engine, disk: Disk) -> None:
    with engine.connect() as connection:
        with connection.begin():
            insert(connection)
        connection.invalidate()
        assert len(disk.flushed) == 1
    with engine.connect(), engine.connect():  # both places are free again
        pass


def test_all_of_a_group_hear_that_its_connection_could_not_be_given_back(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits, begun, may_end = GroupCommit(engine), Event(), Event()

    def first(connection: sa.Connection) -> None:
        begun.set()
        assert may_end.wait(10)
        insert(connection)

    def broken(_: int) -> None:
        raise RuntimeError

    with ThreadPoolExecutor(4) as pool:
        told = [pool.submit(commits.run, first)]
        assert begun.wait(10)
        told += [pool.submit(commits.run, insert) for _ in range(3)]
        wait_until(lambda: len(commits._waiting) == 3)
        monkeypatch.setattr(database, "_flush", broken)
        may_end.set()
        assert all(isinstance(one.exception(10), RuntimeError) for one in told)


def test_the_log_of_a_linked_file_is_the_one_that_is_flushed(url: str, engine: sa.Engine, disk: Disk) -> None:
    link = disk.path.with_name("link.db")
    link.symlink_to(disk.path)
    linked = make_engine(f"sqlite:///{link}")
    with begin_locked(linked) as connection:
        insert(connection)
    linked.dispose()
    assert len(disk.flushed) == 1


def test_the_log_is_closed_with_its_connection(url: str, disk: Disk) -> None:
    def opened() -> int:
        files = (str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink())
        return sum(file.startswith(f"{disk.path}-wal") for file in files)

    for _ in range(3):
        engine = make_engine(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            assert opened() == 2  # SQLite's own and ours
        engine.dispose()
        assert not opened()
        with engine.connect():  # and whoever comes late
            engine.dispose()
        assert not opened()


def test_a_log_that_cannot_be_opened_is_an_error_of_the_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    engine = make_engine(url)
    monkeypatch.setattr(os, "open", no_more)
    with pytest.raises(DatabaseError):
        engine.connect()
    monkeypatch.undo()
    with engine.connect():
        pass
    engine.dispose()


def test_a_log_that_another_process_recovers_is_waited_for() -> None:
    class Recovering:
        tries, in_transaction = 0, False

        def execute(self, statement: str) -> None:
            if statement == "BEGIN IMMEDIATE":
                self.tries += 1
                self.in_transaction = self.tries == 3
                if not self.in_transaction:
                    error = sqlite3.OperationalError("database is locked")
                    error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
                    raise error

    connection = Recovering()
    driver = cast("sqlite3.Connection", connection)
    database._as_soon_as_free(driver, 10.0, lambda: database._begin(driver))
    assert connection.tries == 3


@pytest.mark.parametrize("log", [None, "/dev/full"])
def test_a_process_ends_whose_disk_takes_nothing(url: str, log: str | None) -> None:
    """Also where its log is on the same disk."""
    with Path(log or os.devnull).open("wb", buffering=0) as stderr:
        process = Forked("-c", BROKEN_DISK, url, stdout=PIPE, stderr=stderr)
        assert process.wait(60) == 70
    assert b"stored" not in process.stdout.read()
    process.end()
