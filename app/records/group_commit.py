"""The rows of several threads in one transaction: SQLite has one writer, which waits for the disk at each commit.

Whoever comes first writes for all that came while the one before wrote. PostgreSQL's server does the same by itself,
with a connection for each.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from app.records.database import locked
from app.records.prepared import together

T = TypeVar("T")
Write = Callable[[sa.Connection], T]

# Half a millisecond each, in which nobody else may write: the intake waits for them.
MOST_AT_ONCE = 16


class GroupCommit:
    """Thread-safe."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._shares = engine.dialect.name == "sqlite"
        self._lock = threading.Lock()
        self._waiting: list[_Entry] = []
        self._has_leader = False

    def run(self, write: Write[T]) -> T:
        """Its answer, once what it wrote is on the disk. Raises what it raises, and then nothing of it is written.

        Any thread may run it, and again where another one's failed: it writes rows, and depends on nothing of its
        thread.
        """
        if not self._shares:
            with self._engine.begin() as connection, together(connection):
                return write(connection)
        entry = _Entry(write)
        if self._leads(entry):
            self._write_group()
        if entry.error is not None:
            raise entry.error
        return cast("T", entry.answer)

    def _leads(self, entry: "_Entry") -> bool:
        """Waits until another thread has written it, or until it is the first of those that wait."""
        with self._lock:
            self._waiting.append(entry)
            leads, self._has_leader = not self._has_leader, True
        return leads or entry.wait()

    def _write_group(self) -> None:
        """Of those that wait, the leader is the first."""
        with self._lock:
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        try:
            with ExitStack() as given_back:
                try:
                    self._write(given_back.enter_context(self._engine.connect()), group)
                finally:
                    self._hand_over()  # the next group is written while this one waits for the disk
        except BaseException as error:  # noqa: BLE001  # every thread that waits must hear of it
            # The database took none of it: each thread knows how long it may wait for that.
            for one in group:
                one.error = one.error or error
        finally:
            for one in group[1:]:
                one.wake(leads=False)

    def _hand_over(self) -> None:
        with self._lock:
            following = next(iter(self._waiting), None)
            self._has_leader = following is not None
        if following:
            following.wake(leads=True)

    def _write(self, connection: sa.Connection, group: Sequence["_Entry"]) -> None:
        """All, or, if one of them fails, each by itself. Raises what the database does."""
        failed = False
        try:
            with locked(connection):
                try:
                    for one in group:
                        one.answer = one.write(connection)
                except BaseException:
                    failed = True
                    raise
        except BaseException:
            if not failed or len(group) == 1:
                raise
            self._write_each(connection, group)

    def _write_each(self, connection: sa.Connection, group: Sequence["_Entry"]) -> None:
        for one in group:
            try:
                self._write(connection, [one])
            except BaseException as error:  # noqa: BLE001  # the others are written
                one.error = error


class _Entry:
    def __init__(self, write: Write[Any]) -> None:
        self.write = write
        self.answer: object = None
        self.error: BaseException | None = None
        self._leads = False
        self._awake = threading.Lock()
        self._awake.acquire()

    def wait(self) -> bool:
        """Whether it leads now; otherwise it is written."""
        self._awake.acquire()
        return self._leads

    def wake(self, *, leads: bool) -> None:
        self._leads = leads
        self._awake.release()
