"""Notes the calls that a piece of work makes, on its thread, and writes those of all that ended once in a while.

They are for people who look at a ticket: nothing is decided by them, so no ticket waits until they are written, and a
process that is killed takes those of its last second with it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime

from app.records.calls import CallsOfRun, MadeCall, MadeCalls
from app.records.database import Connection
from integrations.outbound import Call

WRITTEN_EVERY_SECONDS = 1.0
# Of runs: while the database is away, the oldest ones are given up beyond it.
MOST_WAITING, WRITTEN_AT_ONCE = 1000, 100

_noted: ContextVar[list[MadeCall] | None] = ContextVar("noted_calls", default=None)


@contextmanager
def noting_calls() -> Iterator[list[MadeCall]]:
    """The calls that are made within, as far as they were made yet."""
    made: list[MadeCall] = []
    token = _noted.set(made)
    try:
        yield made
    finally:
        _noted.reset(token)


@contextmanager
def noted(service: str, method: str, path: str, call: Call, now: Callable[[], datetime]) -> Iterator[None]:
    """Around one call. The path has no query: that may hold what people wrote."""
    made = _noted.get()
    if made is None:
        yield
        return
    at, began = now().isoformat(), time.monotonic()
    status = None
    try:
        yield
        status = call.status
    finally:
        took = round((time.monotonic() - began) * 1000)
        made.append(MadeCall(service, f"{method} {path}".rstrip(), status, took, at))


class CallLog:
    """Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[CallsOfRun] = []
        self._lock = threading.Lock()

    def add(self, ticket_id: int, run_id: str, made: list[MadeCall]) -> None:
        """Of a run that ended."""
        if made:
            with self._lock:
                self._waiting.append(CallsOfRun(ticket_id, run_id, made))
                del self._waiting[:-MOST_WAITING]

    def write(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        """All that wait; those that cannot be written wait on."""
        with self._lock:
            runs, self._waiting = self._waiting, []
        written = 0
        try:
            while written < len(runs):
                with transaction() as connection:
                    MadeCalls.add_all_within(connection, runs[written : written + WRITTEN_AT_ONCE])
                written += WRITTEN_AT_ONCE
        finally:
            if left := runs[written:]:
                with self._lock:
                    self._waiting = [*left, *self._waiting][-MOST_WAITING:]
