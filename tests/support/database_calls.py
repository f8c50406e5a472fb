"""Counts what the work on tickets asks of the database, of the sentence encoder and of the network, and from where."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy import event
from urllib3.connection import HTTPConnection

from app.model.encoder import Encoder
from app.records.database import run_alone
from app.records.prepared import PreparedStatement
from app.work.engine import claims, work_store
from app.work.engine.work_rows import insert_new, insert_one
from app.work.messages import Work
from tests.support.paths import ROOT

# The others run by the clock, whether there is a ticket or not; the test itself asks too.
A_TICKETS = ("intake", "dbos-executor", "queue-worker", "ticker-calls")
PASSED_OVER = ("records/database.py", "records/prepared.py", "records/group_commit.py")
BY_THE_CLOCK = "work/issues/sync.py"
STORES = ("web", "engine/work_store.py")
"""The thread of the web's event loop, which has other things to do too, and what it does of a ticket's work."""
LOOKS = "queue-worker"
"""Threads that look for work ten times a second: a look counts if it took some."""
LOOK, CLAIM = "engine/scheduler.py:_oldest", "engine/claims.py"


@dataclass(frozen=True)
class Call:
    kind: str
    """`statement`, `commit`, `rollback`, `encoder` or `connection`."""
    text: str
    place: str


@dataclass
class Calls:
    made: list[Call] = field(default_factory=list)
    _look: dict[int, list[Call]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        return sum(call.kind == kind for call in self.made)

    def by_place(self) -> str:
        counted = Counter((call.kind, call.place, call.text) for call in self.made)
        return "\n".join(f"{count:3} {kind:10} {place}  {text}" for (kind, place, text), count in counted.items())

    def note(self, kind: str, text: str = "") -> None:
        thread = threading.current_thread()
        web, stores = STORES
        if not thread.name.startswith((*A_TICKETS, web)):
            return
        place = _place()
        if place is None or (thread.name == web and not place.startswith(stores)):
            return
        call = Call(kind, " ".join(text.split())[:70], place)
        if not thread.name.startswith(LOOKS):
            self.made.append(call)
            return
        look = self._look.setdefault(thread.ident or 0, [])
        if place.startswith(LOOK):
            look.clear()  # the one before has taken nothing
        look.append(call)
        is_read = text.startswith("SELECT") and place.startswith(f"{CLAIM}:_claimed")
        if is_read or kind in {"commit", "rollback"}:
            if is_read or any(one.text.startswith("UPDATE") and one.place.startswith(CLAIM) for one in look):
                self.made += look
            look.clear()


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """All engines of this process, those of dbos too."""
    calls = Calls()
    encode, connect = Encoder._given, HTTPConnection.connect

    def encoded(self: Encoder, text: str) -> object:
        calls.note("encoder")  # it is asked for with each text that is not remembered
        return encode(self, text)

    def connected(self: HTTPConnection) -> None:
        calls.note("connection", self.host)
        connect(self)

    def statement(_connection: object, _cursor: object, text: str, *_: Any) -> None:
        calls.note("statement", text)

    def commit(_connection: object) -> None:
        calls.note("commit")

    def rollback(connection: sa.Connection) -> None:
        dialect, driver = connection.dialect, connection.connection.dbapi_connection
        if dialect.name == "sqlite" and not getattr(driver, "in_transaction", True):
            return  # its lock was taken: nothing has begun, and nothing is asked
        if not (dialect.skip_autocommit_rollback and driver and dialect.detect_autocommit_setting(driver)):
            calls.note("rollback")

    listeners = (("before_cursor_execute", statement), ("commit", commit), ("rollback", rollback))
    with ExitStack() as stack:
        stack.enter_context(patch.object(Encoder, "_given", encoded))
        stack.enter_context(patch.object(HTTPConnection, "connect", connected))
        # These go past SQLAlchemy, to the driver.
        stack.enter_context(patch.object(PreparedStatement, "_executed", _prepared(calls)))
        stack.enter_context(patch.object(work_store, "insert_new", _stored(calls)))
        stack.enter_context(patch.object(work_store, "insert_one", _stored_one(calls)))
        for module in (claims, work_store):
            stack.enter_context(patch.object(module, "run_alone", _run_alone(calls)))
        for name, listener in listeners:
            event.listen(sa.Engine, name, listener)
            stack.callback(event.remove, sa.Engine, name, listener)
        yield calls


def _prepared(calls: Calls) -> Callable[..., Any]:
    execute = PreparedStatement._executed

    def executed(self: PreparedStatement, connection: sa.Connection, run: Any, ask: Callable[[Any], Any]) -> Any:
        answer = execute(self, connection, run, ask)  # not what is tried while the lock is taken
        calls.note("statement", run.text)
        return answer

    return executed


def _stored(calls: Calls) -> Callable[[sa.Connection, Sequence[Work]], set[str]]:
    def stored(connection: sa.Connection, batch: Sequence[Work]) -> set[str]:
        new = insert_new(connection, batch)
        if batch:
            calls.note("statement", "INSERT INTO workflow_status")
            if not connection.in_transaction():  # it is one by itself
                calls.note("commit")
        return new

    return stored


def _stored_one(calls: Calls) -> Callable[[sa.Connection, Work], bool]:
    def stored(connection: sa.Connection, work: Work) -> bool:
        is_new = insert_one(connection, work)
        calls.note("statement", "INSERT INTO workflow_status")
        return is_new

    return stored


def _run_alone(calls: Calls) -> Callable[..., Any]:
    def alone(connection: sa.Connection, write: Callable[[], Any], **options: Any) -> Any:
        written = run_alone(connection, write, **options)
        calls.note("commit")
        return written

    return alone


def _place() -> str | None:
    """The innermost functions of ours, or of dbos; None: it is not about a ticket."""
    found = list[str]()
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.endswith(BY_THE_CLOCK):
            return None
        if (file.startswith(f"{ROOT}/app/") and not file.endswith(PASSED_OVER)) or "/dbos/" in file:
            found.append(f"{'/'.join(file.split('/')[-2:])}:{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found[:2])
