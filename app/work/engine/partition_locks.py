"""One worker in a partition, also when the queue says that it is free and somebody still works in it.

On PostgreSQL a process may run on for a moment after it lost its connections, and with them the lock that says it is
alive (`executor_locks.py`): its work is taken over, and both work in the partition. On SQLite that lock is a file's,
which only the end of the process frees.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import is_sqlite, make_engine

log = structlog.get_logger(__name__)

# Two hardly ever want the same partition at once: the scheduler prevents it.
RETRY_SECONDS = 0.05


class PartitionLocks:
    """Advisory locks, which PostgreSQL frees with the connection. One connection holds all of a process."""

    def __init__(self, url: str) -> None:
        self._are_needed = not is_sqlite(url)
        self._engine = make_engine(url, pool=1)
        self._guard = threading.Lock()
        self._connection: sa.Connection | None = None
        # The server would give a lock once more to the connection that holds it.
        self._held: set[int] = set()
        self._is_closed = False

    @contextmanager
    def hold(self, partition: str) -> Iterator[None]:
        """Wait until nobody else works in the partition, and keep others out of it."""
        if not self._are_needed:
            yield
            return
        digest = hashlib.blake2b(f"pointsman:partition:{partition}".encode(), digest_size=8).digest()
        key = int.from_bytes(digest, "big", signed=True)
        while not self._take(key):
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            self._release(key)

    def _take(self, key: int) -> bool:
        with self._guard:
            if key in self._held:
                return False
            try:
                taken = self._ask("select pg_try_advisory_lock(:key)", key)
            except SQLAlchemyError as error:
                log.warning("partition_lock_not_taken", cause=type(error).__name__)  # the database is away: it waits
                return False
            if taken:
                self._held.add(key)
            return taken

    def _release(self, key: int) -> None:
        with self._guard:
            self._held.discard(key)
            if self._connection is None:
                return  # the lock went with it
            try:
                self._ask("select pg_advisory_unlock(:key)", key)
            except SQLAlchemyError as error:
                # The connection is gone, and the lock with it; the work is done and must not fail for that.
                log.warning("partition_lock_lost", cause=type(error).__name__)
            if self._is_closed:
                self._drop()

    def _ask(self, question: str, key: int) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return bool(self._connection.execute(sa.text(question), {"key": key}).scalar_one())
        except SQLAlchemyError:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Free all. A thread that still works afterwards, or begins to, closes the connection it needed."""
        with self._guard:
            self._is_closed = True
            self._drop()
        self._engine.dispose()
