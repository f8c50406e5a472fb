"""The one database of the service: engines, and the URL's rules.

SQLite gets WAL with `synchronous=FULL` (what was answered with 2xx survives a power cut) and a pool of two:
SQLite has a single writer, and a queue in the pool is fair where SQLite's own busy loop is not. What only reads has
connections of its own: WAL lets it go on beside a writer, and without transactions it needs fewer round trips.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_origin

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

from app.records.prepared import NOTHING, PreparedStatement, Values

# For those who pass a connection on, or go on without the database: only this folder and the engine know SQLAlchemy.
Connection = sa.Connection
DatabaseError = SQLAlchemyError
Along = Callable[[sa.Connection], object]
"""Writes rows on a connection whose transaction is somebody else's."""

SQLITE_WAITS_SECONDS = 30
BUSY_TIMEOUT = f"busy_timeout={SQLITE_WAITS_SECONDS * 1000}"
CHECKPOINT_AT = 1000
# A connection that was used within so many seconds is taken to work still; asking costs a round trip.
TRUSTED_SECONDS = 1.0
READERS = 4
IMPATIENT_SECONDS = 0.0005
LIKE_THIS = "must be an address like postgresql://user:password@host:5432/name; an @ in the password is written %40"


def refuse_unusable(url: str) -> None:
    """Raises ValueError for a URL that can be no database of ours. Says what to write and quotes nothing: where a URL
    is mistyped, a part of the password may stand anywhere.
    """
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(LIKE_THIS) from None
    if is_sqlite(url):
        sqlite_path(url)
    elif "@" in f"{parsed.host}{parsed.database}":  # the password has one, and its end was taken for the host
        raise ValueError(LIKE_THIS)


def is_sqlite(url: str) -> bool:
    return sa.make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The database file of a SQLite URL. Raises ValueError for an in-memory one: nothing would survive a restart."""
    database = sa.make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("an in-memory SQLite database keeps nothing; name a file, sqlite:///path/to.db")
    return Path(database)


def cannot_open(url: str, error: Exception) -> str:
    """What to look at. Names the database, without the driver's words: they may quote the password."""
    parsed, kind = sa.make_url(url), type(error).__name__
    if is_sqlite(url):
        return f"{sqlite_path(url)} cannot be opened ({kind}): it is no SQLite database, or may not be written to"
    at = f" at {parsed.host}:{parsed.port or 5432}" if parsed.host else ""
    return (
        f"the database{at} cannot be opened ({kind}): PostgreSQL does not answer there, "
        "or does not take this user, password or name of a database"
    )


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


def _engine(
    url: str, pool: int, *, durable: bool = True, checkpoint_at: int = CHECKPOINT_AT, **options: Any
) -> sa.Engine:
    parsed, asked = sa.make_url(url), {"skip_autocommit_rollback": True, **options}
    if parsed.get_backend_name() == "sqlite":
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_size=pool, max_overflow=0, pool_timeout=30, pool_use_lifo=True, **asked)
        pragmas = (f"synchronous={'FULL' if durable else 'NORMAL'}", f"wal_autocheckpoint={checkpoint_at}")
        begins = "isolation_level" not in options
        event.listen(engine, "connect", lambda connection, _: _set_up_sqlite(connection, pragmas, begins=begins))
        file = DatabaseFile(url)
        event.listen(engine, "first_connect", lambda *_: file.watch())
        event.listen(engine, "begin", lambda _: file.check())
        return engine
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 3,
            "application_name": "pointsman",
            "options": "-c idle_in_transaction_session_timeout=60000"
            + ("" if durable else " -c synchronous_commit=off"),
        },
        **asked,
    )
    _ask_idle_ones(engine)
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


def _ask_idle_ones(engine: sa.Engine) -> None:
    """Before a connection is used that was idle for long: the database may have been restarted."""

    def returned(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = time.monotonic()

    def taken(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - entry.info.get("idle_since", time.monotonic()) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)


@contextmanager
def begin_locked(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction whose rows, once read `for update`, nobody else changes before it ends."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":  # it knows no row locks, and would begin with the first write
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def begin_impatient(engine: sa.Engine) -> Iterator[sa.Connection]:
    """`begin_locked` for a short transaction that somebody waits for: SQLite itself sleeps up to 100 ms, then looks."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            _begin_as_soon_as_free(cast("sqlite3.Connection", connection.connection.driver_connection))
        yield connection


def _begin_as_soon_as_free(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + SQLITE_WAITS_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while not connection.in_transaction:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                time.sleep(IMPATIENT_SECONDS)
    finally:
        connection.execute(f"PRAGMA {BUSY_TIMEOUT}")


def _set_up_sqlite(connection: sqlite3.Connection, pragmas: Iterable[str], *, begins: bool) -> None:
    # The engine (dbos) sets the first three on engines that it makes itself; one that it is given must have them.
    connection.isolation_level = "IMMEDIATE" if begins else None
    for pragma in (
        BUSY_TIMEOUT,
        "foreign_keys=ON",
        *pragmas,
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)
    if sqlite3.sqlite_version_info < (3, 42):
        # From Python 3.12 on, the engine (dbos) asks for unixepoch('subsec'). Older SQLite answers null.
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(moment: str) -> float | None:
    return time.time() if moment == "subsec" else None


@retry(
    retry=retry_if_exception_type(sqlite3.OperationalError),
    wait=wait_random(0.01, 0.1),
    stop=stop_after_delay(SQLITE_WAITS_SECONDS),
    reraise=True,
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    """Of two processes that open a new file at once one is told that it is locked: SQLite does not wait for this."""
    connection.execute("PRAGMA journal_mode=WAL")


class DatabaseGone(SQLAlchemyError):
    """SQLite goes on writing into a file that nobody can open any more: what it takes is lost."""

    reason = "database_gone"


class DatabaseFile:
    """The file of SQLite, watched from `watch` on; of PostgreSQL there is nothing to watch."""

    def __init__(self, url: str) -> None:
        self._path = sqlite_path(url) if is_sqlite(url) else None
        self._identity: tuple[int, int] | None = None

    def watch(self) -> None:
        self._identity = self._found()

    def check(self) -> None:
        """Raises DatabaseGone when the file was deleted or replaced, or may not be written any more."""
        if self._path is None or self._identity is None:
            return
        if self._found() != self._identity:
            raise DatabaseGone(f"{self._path} was deleted or replaced")
        if not os.access(self._path, os.W_OK):
            raise DatabaseGone(f"{self._path} cannot be written")

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found else None


class NewerDatabase(Exception):
    """A newer version has migrated it: this one cannot know what its tables mean. Nothing was changed."""

    reason = "newer_database"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database was migrated by a newer version (revision {revision}); "
            "run that version or a later one, or restore the backup made before the migration"
        )


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
        with self._engine.begin() as connection:
            return int(connection.execute(statement).rowcount)

    def _insert_or_update(self, table: sa.Table, key: Values, values: Values, at_first: Values | None = None) -> None:
        with self._engine.begin() as connection:
            upsert(connection, table, key, values, at_first)

    def _insert_once(self, table: sa.Table, key: list[str], values: Values) -> None:
        self._change(insert_into(self._engine, table).values(**values).on_conflict_do_nothing(index_elements=key))

    def _delete_some(self, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int) -> int:
        """Delete up to `limit` of the rows that are `old`: no writer waits for long. Returns the count."""
        key = next(iter(table.primary_key.columns))
        return self._change(sa.delete(table).where(key.in_(sa.select(key).where(old).limit(limit))))
