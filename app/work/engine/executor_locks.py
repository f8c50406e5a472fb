"""Each process holds a lock, named by its executor id, for as long as it lives.

dbos recovers only the work of its own executor id. A lock that can be taken belongs to a process that is gone, so its
work may be taken over. Every start makes a new id: two processes with one id would run each other's work.
"""

import fcntl
import hashlib
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
import sqlalchemy as sa

from app.records.database import DatabaseFile, is_sqlite, sqlite_path


def new_executor_id() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class FileExecutorLocks:
    """`flock` beside the database file: the kernel frees it when the process ends, in whatever way."""

    def __init__(self, url: str) -> None:
        database = sqlite_path(url)
        self._file = DatabaseFile(url)
        self._folder = database.with_name(database.name + ".executors")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._own: IO[bytes] | None = None

    def hold(self, executor_id: str) -> None:
        self._file.watch()
        self._own = (self._folder / executor_id).open("wb")
        fcntl.flock(self._own, fcntl.LOCK_EX)

    def check(self) -> None:
        """A file's lock cannot be lost while we run, but the database beside it can. Raises DatabaseGone."""
        self._file.check()

    @contextmanager
    def taken_from_dead(self, executor_id: str) -> Iterator[bool]:
        path = self._folder / executor_id
        with path.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
            path.unlink(missing_ok=True)

    def release(self) -> None:
        if self._own:
            Path(self._own.name).unlink(missing_ok=True)
            self._own.close()
            self._own = None


class PostgresExecutorLocks:
    """Advisory locks, each on a connection of its own: the server frees them with the connection."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._own: psycopg.Connection[tuple[object, ...]] | None = None

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=3,
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=5,
            keepalives_count=3,
        )

    @staticmethod
    def _key(executor_id: str) -> int:
        digest = hashlib.blake2b(f"pointsman:executor:{executor_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)

    def hold(self, executor_id: str) -> None:
        self._own = self._connect()
        self._own.execute("select pg_advisory_lock(%s)", (self._key(executor_id),))

    def check(self) -> None:
        if self._own:
            self._own.execute("select 1")

    @contextmanager
    def taken_from_dead(self, executor_id: str) -> Iterator[bool]:
        with self._connect() as connection:
            row = connection.execute("select pg_try_advisory_lock(%s)", (self._key(executor_id),)).fetchone()
            yield bool(row and row[0])

    def release(self) -> None:
        if self._own:
            self._own.close()
            self._own = None


ExecutorLocks = FileExecutorLocks | PostgresExecutorLocks


def executor_locks_for(url: str) -> ExecutorLocks:
    return FileExecutorLocks(url) if is_sqlite(url) else PostgresExecutorLocks(url)
