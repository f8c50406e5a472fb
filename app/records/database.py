"""The one database of the service: its engines.

SQLite gets a pool of two: it has a single writer, and a queue in the pool is fair where SQLite's own busy loop is not.
What only reads has connections of its own: SQLite's log lets it go on beside a writer, and without transactions it
needs fewer round trips.

In a commit SQLite waits for the disk while it has the one lock that all writers need, and on a busy machine for a
processor after that: ten milliseconds instead of a half. Here a commit only writes to SQLite's log. The log is flushed
when the connection is given back, which is before anybody relies on what was committed. What others do meanwhile with
rows that they have read, they flush together with these, as the log is one.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_origin

import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from app.records.database_errors import DatabaseGone, LockIsTaken
from app.records.database_url import is_sqlite, sqlite_path
from app.records.postgresql_set_up import ask_idle_ones, connect_args
from app.records.prepared import NOTHING, PreparedStatement, Values
from app.records.sqlite_set_up import BUSY_TIMEOUT, WAITS_SECONDS, SqliteSetUp, flush_folder

log = structlog.get_logger(__name__)

# For those who pass a connection on, or go on without the database: only this folder and the engine know SQLAlchemy.
Connection = sa.Connection
DatabaseError = SQLAlchemyError
T = TypeVar("T")
Along = Callable[[sa.Connection], object]
"""Writes rows on a connection whose transaction is somebody else's."""

LOOKS_SECONDS = 0.0005
# macOS has no fdatasync.
_flush = getattr(os, "fdatasync", os.fsync)
CHECKPOINT_AT = 1000
READERS = 4


def make_engine(
    url: str, *, pool: int | None = None, durable: bool = True, checkpoint_at: int = CHECKPOINT_AT
) -> sa.Engine:
    """An engine on SQLite or PostgreSQL, set up alike for the queue and for our tables.

    `durable=False`: a commit does not wait for the disk. For counters of the last minute, which a power cut may take.
    `checkpoint_at`: the pages in SQLite's log from which on a commit also moves them into the file.
    """
    return _engine(url, pool or (2 if is_sqlite(url) else 4), durable=durable, checkpoint_at=checkpoint_at)


def make_reader(url: str) -> sa.Engine:
    """An engine that only reads, each statement for itself: there is nothing to begin and to roll back."""
    return _engine(url, READERS, isolation_level="AUTOCOMMIT")


def make_autocommitting(url: str) -> sa.Engine:
    """An engine on PostgreSQL for what is written in one statement: the server is asked once instead of three times."""
    return _engine(url, 1, isolation_level="AUTOCOMMIT")


def _engine(
    url: str, pool: int, *, durable: bool = True, checkpoint_at: int = CHECKPOINT_AT, **options: Any
) -> sa.Engine:
    parsed, asked = sa.make_url(url), {"skip_autocommit_rollback": True, **options}
    if parsed.get_backend_name() == "sqlite":
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_size=pool, max_overflow=0, pool_timeout=30, pool_use_lifo=True, **asked)
        writes = "isolation_level" not in options
        set_up = SqliteSetUp(checkpoint_at=checkpoint_at, begins=writes)
        file = DatabaseFile(sqlite_path(url))
        file.watch()
        # SQLite would make an empty file, and throw away the log of the one that was moved.
        event.listen(engine, "do_connect", lambda *_: file.check())
        event.listen(engine, "connect", lambda connection, _: set_up(connection))
        event.listen(engine, "connect", lambda _, entry: entry.info.update(file=file))
        event.listen(engine, "first_connect", lambda *_: file.watch())
        event.listen(engine, "begin", lambda _: file.check())
        if writes and durable:
            _flush_when_given_back(engine, sqlite_path(url).resolve())
        return engine
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        connect_args=connect_args(durable=durable),
        **asked,
    )
    ask_idle_ones(engine)
    _close_late_ones(engine)
    return engine


def _close_late_ones(engine: sa.Engine) -> None:
    """A thread may give a connection back after the engine was closed: its pool is gone, nobody would close it."""
    closed = False

    def close(_: sa.Engine) -> None:
        nonlocal closed
        closed = True

    def returned(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if closed:
            entry.invalidate()

    event.listen(engine, "engine_disposed", close)
    event.listen(engine, "checkin", returned)


@contextmanager
def begin_locked(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction whose rows, once read `for update`, nobody else changes before it ends."""
    with engine.connect() as connection, locked(connection):
        yield connection


@contextmanager
def locked(connection: sa.Connection, *, patience: float | None = None) -> Iterator[None]:
    """The same on a connection. Raises LockIsTaken when SQLite's one lock is not free for `patience` seconds.

    Where Python's driver begins a transaction SQLite sleeps, and other threads have the interpreter when it gets the
    lock: all writers would wait for these.
    """
    with connection.begin():
        if connection.dialect.name == "sqlite":
            driver = _driver(connection)
            _as_soon_as_free(driver, patience, lambda: _begin(driver))
        yield


def run_alone(connection: sa.Connection, write: Callable[[], T], *, patience: float | None = None) -> T:
    """On SQLite: a transaction of the one statement that `write` runs, which answers no rows. Raises as `locked` does.

    SQLite begins, writes and commits in one call. Between two calls a thread waits for the interpreter, and with the
    lock in its hands all writers wait with it. After any error but LockIsTaken it may have been written.
    """
    info, driver = connection.info, _driver(connection)
    info["file"].check()
    was_flushed, info["is_flushed"] = info.get("is_flushed", True), False
    begins, driver.isolation_level = driver.isolation_level, None
    try:
        return _as_soon_as_free(driver, patience, write)
    except LockIsTaken:
        info["is_flushed"] = was_flushed
        raise
    finally:
        driver.isolation_level = begins


def flush(connection: sa.Connection) -> None:
    """What it has committed, if it is not given back after that: see `make_engine`."""
    _flush_log(connection.info)


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _flush_when_given_back(engine: sa.Engine, path: Path) -> None:
    """A connection that is open keeps the log where it is: what is opened here is the file that SQLite writes to."""
    has_name = False

    def connected(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        nonlocal has_name
        connection.execute("SELECT 1 FROM sqlite_master").close()  # SQLite makes its log before the first read
        entry.info["log"] = _Log(Path(f"{path}-wal"))
        if not has_name:
            flush_folder(path.parent)
            has_name = True

    def commits(connection: sa.Connection) -> None:
        connection.info["is_flushed"] = False

    def closed(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        _flush_log(entry.info)  # one that is invalidated is closed first
        if "log" in entry.info:
            entry.info.pop("log").close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "commit", commits)
    event.listen(engine, "checkin", lambda _, entry: _flush_log(entry.info))
    event.listen(engine, "close", closed)
    _close_late_ones(engine)


def _flush_log(info: MutableMapping[str, Any]) -> None:
    if not info.get("is_flushed", True):
        info["log"].flush_or_die()
        info["is_flushed"] = True


class _Log:
    """The log's file, until it is closed or nobody has it any more."""

    _is_open = False

    def __init__(self, path: Path) -> None:
        """Raises the driver's error."""
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise sqlite3.OperationalError(f"the log cannot be opened: {error.strerror}") from error
        self._is_open = True

    def flush_or_die(self) -> None:
        """What the disk did not take cannot be taken back any more, and a second try would say that all is well.

        So the process ends, as PostgreSQL does, and nobody is told that it was stored.
        """
        try:
            _flush(self._file)
        except OSError as error:
            try:
                log.critical("database_not_flushed", cause=error.strerror, advice="look at the disk of DATABASE_URL")
            finally:
                os._exit(70)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._file)

    __del__ = close


def _begin(connection: sqlite3.Connection) -> None:
    """Raises OperationalError."""
    try:
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


def _as_soon_as_free(connection: sqlite3.Connection, patience: float | None, write: Callable[[], T]) -> T:
    """SQLite itself sleeps up to 100 ms, then looks. Raises LockIsTaken or another OperationalError."""
    if patience is None:
        patience = WAITS_SECONDS
        time.sleep(0)  # for a new turn: who loses interpreter or processor meanwhile keeps all other writers waiting
    deadline = time.monotonic() + patience
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                return write()
            except OperationalError as error:
                # Also while another process recovers the log after a crash, which has a code of its own.
                if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() >= deadline:
                    raise LockIsTaken(error.statement, None, cast("sqlite3.Error", error.orig)) from error
            time.sleep(LOOKS_SECONDS)
    finally:
        connection.execute(f"PRAGMA {BUSY_TIMEOUT}")


class DatabaseFile:
    """Watched from the first `watch` on that finds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: tuple[int, int] | None = None

    def watch(self) -> None:
        self._identity = self._identity or self._found()

    def check(self) -> None:
        """Raises DatabaseGone when the file was deleted or replaced, or may not be written any more."""
        if self._identity is None:
            return
        if self._found() != self._identity:
            raise DatabaseGone(f"{self._path} was deleted or replaced")
        if not os.access(self._path, os.W_OK):
            raise DatabaseGone(f"{self._path} cannot be written")

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


Row = TypeVar("Row")
_Mapping = Mapping[str, Any] | sa.RowMapping


def insert_into(database: sa.Engine | sa.Connection, table: sa.Table) -> Any:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in the database's dialect."""
    return insert_on(database.dialect.name, table)


def insert_on(dialect: str, table: sa.Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def upsert(
    connection: sa.Connection, table: sa.Table, key: Values, values: Values, at_first: Values | None = None
) -> None:
    """The row of that unique `key` has these values; `at_first`: only if it is new. See `together`.

    One statement: of two workers that update nothing and then insert, the second one fails on PostgreSQL.
    """
    given = {**key, **values, **(at_first or {})}
    _upsert(connection.dialect.name, table, tuple(key), tuple(values), tuple(given)).write(connection, given)


@cache
def _upsert(
    dialect: str, table: sa.Table, key: tuple[str, ...], values: tuple[str, ...], columns: tuple[str, ...]
) -> PreparedStatement:
    insert = insert_on(dialect, table).inline()
    changed = {name: insert.excluded[name] for name in values}
    return PreparedStatement(insert.on_conflict_do_update(index_elements=key, set_=changed), columns)


@cache
def _fields(kind: type) -> tuple[tuple[str, bool], ...]:
    """Names, and whether it is a tuple."""
    return tuple((one.name, get_origin(one.type) is tuple) for one in fields(kind))


def as_dataclass(kind: type[Row], row: _Mapping) -> Row:
    """Each field is the column of its name. JSON knows no tuples: a list becomes one where the field is one."""
    return kind(**{name: tuple(row[name]) if is_tuple else row[name] for name, is_tuple in _fields(cast("type", kind))})


def lock_until_commit(connection: sa.Connection, *key: int) -> None:
    """Take PostgreSQL's lock of this key; it ends with the transaction. SQLite has one writer, and needs none."""
    if connection.dialect.name != "sqlite":
        _lock(len(key)).run(connection, {f"key_{number}": one for number, one in enumerate(key)})


@cache
def _lock(numbers: int) -> PreparedStatement:
    kind = sa.BigInteger if numbers == 1 else sa.Integer
    key = (sa.bindparam(f"key_{number}", type_=kind) for number in range(numbers))
    return PreparedStatement(sa.select(sa.func.pg_advisory_xact_lock(*key)))


def has_text(table: sa.Table) -> sa.ColumnElement[bool]:
    """Is the ticket still there? As text: PostgreSQL compares no JSON."""
    return sa.cast(table.c.ticket, sa.Text) != "{}"


@dataclass(frozen=True)
class PrunedBatch:
    """A batch of old rows, the oldest first."""

    count: int = 0
    up_to: str = ""
    """The time of the last one, which is where to go on."""


class TableAccess:
    def __init__(self, engine: sa.Engine, reader: sa.Engine | None = None) -> None:
        """`reader`: see `make_reader`."""
        self._engine = engine
        self._reader = reader or engine

    def _rows(self, query: sa.Select[Any] | PreparedStatement, values: Values = NOTHING) -> Sequence[_Mapping]:
        with self._reader.connect() as connection:
            if isinstance(query, PreparedStatement):
                return query.rows(connection, values)
            return connection.execute(query, values).mappings().all()

    def _read(self, kind: type[Row], query: sa.Select[Any] | PreparedStatement, values: Values = NOTHING) -> list[Row]:
        return [as_dataclass(kind, row) for row in self._rows(query, values)]

    def _first(self, kind: type[Row], query: sa.Select[Any]) -> Row | None:
        return next(iter(self._read(kind, query.limit(1))), None)

    def _count(self, table: sa.FromClause, *where: sa.ColumnElement[bool]) -> int:
        with self._reader.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    def _change(self, statement: Any) -> int:
        """Insert, update or delete; returns the count of rows."""
        with begin_locked(self._engine) as connection:
            return int(connection.execute(statement).rowcount)

    def _insert_or_update(self, table: sa.Table, key: Values, values: Values, at_first: Values | None = None) -> None:
        with begin_locked(self._engine) as connection:
            upsert(connection, table, key, values, at_first)

    def _insert_once(self, table: sa.Table, key: list[str], values: Values) -> None:
        self._change(insert_into(self._engine, table).values(**values).on_conflict_do_nothing(index_elements=key))

    def _delete_some(self, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int) -> int:
        """Delete up to `limit` of the rows that are `old`: no writer waits for long. Returns the count."""
        key = next(iter(table.primary_key.columns))
        return self._change(sa.delete(table).where(key.in_(sa.select(key).where(old).limit(limit))))
