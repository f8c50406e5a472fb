"""Records a workflow's steps together with the rows that they write, instead of each in transactions of its own.

dbos looks a step up before it runs, and records its answer after it. A run that no process has begun before has nothing
to look up. And an answer need not be recorded before something follows from it: a claim, a request that changes
something, more work. A process that dies before that leaves nothing behind, and its steps run again, as one does that
was cut off.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import (
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_after_delay,
    stop_when_event_set,
    wait_exponential_jitter,
)

from app.records.database import Along
from app.records.group_commit import GroupCommit
from app.work.engine.dbos_internals import (
    StepRecord,
    SystemDatabase,
    current_owner_xid,
    end_within,
    record_within,
    replace_step_records,
)

# How long its database is waited for, before people are told.
PATIENCE_SECONDS = 300.0
AWAY = (OperationalError, InterfaceError, PoolTimeout)

T = TypeVar("T")


class _OfThread(threading.local):
    """A workflow runs on one thread, from its beginning to its end."""

    def __init__(self) -> None:
        self.defers = False
        self.waiting: list[_Step | Along] = []
        self.answer: str | None = None
        self.refused = False
        self.tried = False


class _Step(NamedTuple):
    record: StepRecord
    at: int
    """When it was done, in ms."""
    owner: str | None


class _NotOurs(Exception):
    """Others have the work by now."""


class StepJournal:
    def __init__(self, database: SystemDatabase, begun_here_first: Collection[str], commits: GroupCommit) -> None:
        """`begun_here_first`: the runs that no process has begun before."""
        self._database = database
        self._commits = commits
        self._first = begun_here_first
        self._of_thread = _OfThread()
        self._stops = threading.Event()
        self._look_up, self._record, self._end = replace_step_records(
            database, self._looked_up, self._recorded, self._ended
        )

    def stop(self) -> None:
        """Nobody waits for a database that is away any more: what has not ended is taken over."""
        self._stops.set()

    def begin(self) -> None:
        """A workflow begins: what waits is of one that lost its work."""
        self._of_thread.waiting.clear()
        self._of_thread.answer = None
        self._of_thread.refused = False
        self._of_thread.tried = False

    def answer(self, json: str) -> None:
        """Of the step that runs: dbos would make its JSON anew, in Python."""
        self._of_thread.answer = json

    def keep(self, write: Along) -> None:
        """Rows to be written with what follows from them."""
        self._of_thread.waiting.append(write)

    def was_refused(self) -> bool:
        """Did one of them answer False since this was asked last?"""
        refused, self._of_thread.refused = self._of_thread.refused, False
        return refused

    def first_try(self) -> bool:
        """Is this asked for the first time since the workflow began?"""
        before, self._of_thread.tried = self._of_thread.tried, True
        return not before

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
        """What waits, to be written in a transaction that must have ended well by the end of the block.

        Any thread may write it.
        """
        waiting = self._of_thread.waiting
        written, refused = 0, False

        def write(connection: sa.Connection) -> None:
            nonlocal written, refused
            refused = False
            for one in waiting:
                if isinstance(one, _Step):
                    record_within(self._database, connection, one.record, one.at, one.owner)
                elif one(connection) is False:
                    refused = True
            written = len(waiting)

        yield write
        del waiting[:written]
        self._of_thread.refused |= refused

    def settle(self) -> None:
        """Write now what waits: something follows from it."""
        if self._of_thread.waiting:
            while_database_is_away(self._settle)

    def _settle(self) -> None:
        with self.along() as write:
            self._commits.run(write)

    def _looked_up(self, workflow_id: str, function_id: int, function_name: str, **options: Any) -> Any:
        if workflow_id in self._first:
            return None
        return self._look_up(workflow_id, function_id, function_name, **options)

    def _recorded(self, record: StepRecord, **options: Any) -> None:
        answer, self._of_thread.answer = self._of_thread.answer, None
        if answer is not None and record["error"] is None:
            record["output"] = answer
        if self._of_thread.defers:
            owner = current_owner_xid(record["workflow_uuid"])
            self._of_thread.waiting.append(_Step(record, int(time.time() * 1000), owner))
            return
        self.settle()
        self._record(record, **options)

    def _ended(self, workflow_id: str, status: Any, *, output: str | None = None, **options: Any) -> bool:
        """The outcome stands for steps that were not recorded. Rows must be written, in its transaction."""
        rows = [one for one in self._of_thread.waiting if not isinstance(one, _Step)]
        owner = current_owner_xid(workflow_id)
        if options or owner is None:  # it failed
            self._of_thread.waiting[:] = rows
            self.settle()
            return self._end(workflow_id, status, output=output, **options)
        self._of_thread.waiting.clear()
        # As long as this process runs: work that has not ended keeps its ticket from all other work.
        end = partial(self._end_with, rows, workflow_id, status, output, owner)
        return _retried(end, stop=stop_when_event_set(self._stops), sleep=sleep_using_event(self._stops))

    def _end_with(self, rows: Sequence[Along], workflow_id: str, status: Any, output: str | None, owner: str) -> bool:
        def write(connection: sa.Connection) -> None:
            for row in rows:
                row(connection)
            if not end_within(self._database, connection, workflow_id, status, output, owner=owner):
                raise _NotOurs

        try:
            self._commits.run(write)
        except _NotOurs:
            return False
        return True


def while_database_is_away(function: Callable[..., T], *args: object) -> T:
    """Run it again, as after a crash: a database that restarts, or has no connection left, is no bug.

    The engine waits for its own tables in the same way.
    """
    return _retried(partial(function, *args), stop=stop_after_delay(PATIENCE_SECONDS))


def _retried(function: Callable[[], T], **until: Any) -> T:
    try:
        return function()
    except SQLAlchemyError as error:
        if not _is_away(error):
            raise
    # Only now: what waits costs more to make than most steps.
    wait = wait_exponential_jitter(multiplier=0.2, max=10.0, jitter=0.2)
    return Retrying(retry=retry_if_exception(_is_away), wait=wait, reraise=True, **until)(function)


def _is_away(error: BaseException) -> bool:
    """Also where PostgreSQL has closed the connection, whatever it calls that."""
    return isinstance(error, AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)
