"""Records a workflow's steps together with the rows that they write, instead of each in transactions of its own.

dbos looks a step up before it runs, and records its answer after it. A run that no process has begun before has nothing
to look up. And an answer need not be recorded before something follows from it: a claim, a request that changes
something, more work. A process that dies before that leaves nothing behind, and its steps run again, as one does that
was cut off.
"""

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from app.records.database import Along
from app.work.engine.dbos_internals import StepRecord, SystemDatabase, record_within, replace_step_records


class _OfThread(threading.local):
    """A workflow runs on one thread, from its beginning to its end."""

    def __init__(self) -> None:
        self.defers = False
        self.waiting: list[tuple[StepRecord, int]] = []
        """With the time at which the step was done, in ms."""


class StepJournal:
    def __init__(self, database: SystemDatabase, begun_here_first: Collection[str]) -> None:
        """`begun_here_first`: the runs that no process has begun before."""
        self._database = database
        self._first = begun_here_first
        self._of_thread = _OfThread()
        self._look_up, self._record = replace_step_records(database, self._looked_up, self._recorded)

    def begin(self) -> None:
        """A workflow begins, or has ended: then its outcome stands for what was not recorded."""
        self._of_thread.waiting.clear()

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """The step within is recorded with what follows from it."""
        self._of_thread.defers = True
        try:
            yield
        finally:
            self._of_thread.defers = False

    @contextmanager
    def along(self) -> Iterator[Along]:
        """What waits, to be recorded in a transaction that must have ended well by the end of the block."""
        waiting = self._of_thread.waiting
        written = 0

        def write(connection: sa.Connection) -> None:
            nonlocal written
            for record, at in waiting:
                record_within(self._database, connection, record, at)
            written = len(waiting)

        yield write
        del waiting[:written]

    def settle(self) -> None:
        """Record now what waits: something follows from it."""
        waiting = self._of_thread.waiting
        while waiting:
            record, at = waiting[0]
            self._record(record, completed_at_epoch_ms=at)
            del waiting[0]

    def _looked_up(self, workflow_id: str, function_id: int, function_name: str, **options: Any) -> Any:
        if workflow_id in self._first:
            return None
        return self._look_up(workflow_id, function_id, function_name, **options)

    def _recorded(self, record: StepRecord, **options: Any) -> None:
        if self._of_thread.defers:
            self._of_thread.waiting.append((record, int(time.time() * 1000)))
            return
        self.settle()
        self._record(record, **options)
