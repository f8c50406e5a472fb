"""Each process holds a lock, named by its executor id, for as long as it lives.

dbos recovers only the work of its own executor id. A lock that can be taken belongs to a process that is gone, so its
work may be taken over. Every start makes a new id: two processes with one id would run each other's work.
"""

import fcntl
import hashlib
import os
import select
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
import sqlalchemy as sa

from app.records.database import DatabaseFile
from app.records.database_url import is_sqlite, sqlite_path


def new_executor_id() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class FileExecutorLocks:
    """`flock` beside the database file: the kernel frees it when the process ends, in whatever way."""

    def __init__(self, url: str) -> None:
        database = sqlite_path(url)
        self._file = DatabaseFile(database)
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

    def is_held(self) -> bool:
        return True

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
    """Two advisory locks, each on a connection of its own: the server frees them with the connection.

    A connection may be cut while its process runs on. So work is taken over only where both are free, and a process
    that lost one of them begins nothing more.
    """

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._own: list[psycopg.Connection[tuple[object, ...]]] = []
        self._is_over = False

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
    def _keys(executor_id: str) -> list[int]:
        names = (f"pointsman:executor:{executor_id}", f"pointsman:executor:{executor_id}:2")
        digests = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
        return [int.from_bytes(digest, "big", signed=True) for digest in digests]

    def hold(self, executor_id: str) -> None:
        for key in self._keys(executor_id):
            connection = self._connect()
            self._own.append(connection)
            connection.execute("select pg_advisory_lock(%s)", (key,))

    def check(self) -> None:
        for connection in self._own:
            connection.execute("select 1")

    def is_held(self) -> bool:
        """Asks the sockets, and the server only if it has said something: it does when it closes them."""
        if self._is_over:
            return False
        try:
            sockets = select.poll()
            for connection in self._own:
                sockets.register(connection.fileno(), select.POLLIN)
            if sockets.poll(0):
                self.check()
        except (psycopg.Error, OSError):
            self._is_over = True
        return not self._is_over

    @contextmanager
    def taken_from_dead(self, executor_id: str) -> Iterator[bool]:
        with self._connect() as connection:
            query = "select pg_try_advisory_lock(%s), pg_try_advisory_lock(%s)"
            yield connection.execute(query, self._keys(executor_id)).fetchone() == (True, True)

    def release(self) -> None:
        self._is_over = True
        while self._own:
            self._own.pop().close()


ExecutorLocks = FileExecutorLocks | PostgresExecutorLocks


def executor_locks_for(url: str) -> ExecutorLocks:
    return FileExecutorLocks(url) if is_sqlite(url) else PostgresExecutorLocks(url)
