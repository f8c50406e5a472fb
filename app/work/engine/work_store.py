"""Stores work in the queue: all that a process needs which leaves work to others."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import Along, begin_impatient, make_engine
from app.work.engine.backlog import WAITS, in_state, workflow_status
from app.work.engine.work_rows import insert_new
from app.work.messages import CannotStore, Message, Work

# A key stands for the changes within one second, and the first delivery came no earlier than that second began; the
# rest is for an answer from a copy that lags. Work that began later has seen them all.
SEEN_BY_THEN_MS = 3000
CHECKPOINT_AT = 20_000
# SQLite has one writer, and knows no queue. What arrives in masses leaves it free as long as it has held it, so that
# the workers, who look less often, get their turns.
MOST_REST_SECONDS = 0.01


class WorkStore:
    """From any thread, until `close`."""

    def __init__(self, url: str) -> None:
        # A small pool of its own, which errors at once when the database is down: a web request must not hang.
        # The workers' commits keep SQLite's log short; when none of them works, it may grow to 80 MB.
        self.database = make_engine(url, pool=1, checkpoint_at=CHECKPOINT_AT)
        self._free_until = 0.0

    def close(self) -> None:
        self.database.dispose()

    def accept(self, batch: Sequence[Work], along: Along | None = None) -> list[bool]:
        """Store all of `batch` in one transaction: True for new work, False for known. Raises CannotStore.

        `along`: what our own tables are to say once the work is there; it is in the same transaction, before the work.

        Work whose key is known but which has already begun may have read the ticket before this delivery's change: it
        is stored once more under a follow-up key. Work that still waits will read the newest state anyway, and work
        that began late enough has seen all that one key can stand for.
        """
        time.sleep(max(0.0, self._free_until - time.monotonic()))
        try:
            with begin_impatient(self.database) as connection:
                began = time.monotonic()
                if along is not None:
                    along(connection)
                new = insert_new(connection, [work for work in batch if not work.merged])
                answers = [self._store(connection, work, new) for work in batch]
        except (SQLAlchemyError, self.database.dialect.loaded_dbapi.Error) as error:
            raise CannotStore(type(error).__name__) from error
        if len(batch) > 1 and self.database.dialect.name == "sqlite":
            ended = time.monotonic()
            self._free_until = ended + min(ended - began, MOST_REST_SECONDS)
        return answers

    def try_to_write(self) -> None:
        """Raises CannotStore."""
        try:
            with begin_impatient(self.database) as connection:
                table = workflow_status(connection)
                connection.execute(sa.update(table).values(status=table.c.status).where(sa.false()))
        except SQLAlchemyError as error:
            raise CannotStore(type(error).__name__) from error

    def ensure(self, batch: Sequence[Work]) -> None:
        """Store what of `batch` is not known: for work that a repeat adds nothing to. Raises CannotStore."""
        self.accept([replace(work, once=True) for work in batch])

    def _store(self, connection: sa.Connection, work: Work, new: set[str]) -> bool:
        """`new`: the ids that were not known; each stands for one of the batch."""
        if work.merged:
            if self._waits(connection, work.message):
                return False
            new = insert_new(connection, [work])
        if work.message.work_id in new:
            new.remove(work.message.work_id)
            return True
        tried, first = work, None
        for number in itertools.count(2):
            known = self._known(connection, tried.message.work_id)
            first = first or known
            if work.once or known.waits or known.began > first.stored + SEEN_BY_THEN_MS:
                return False
            tried = _follow_up(work, number)
            if insert_new(connection, [tried]):
                return False
        raise AssertionError("counting does not end")

    def _waits(self, connection: sa.Connection, message: Message) -> bool:
        """Is there such work in its partition that has not begun?"""
        table = workflow_status(connection)
        same = (table.c.name == message.kind, table.c.queue_partition_key == message.partition)
        waiting = sa.or_(*(in_state(table, state) for state in WAITS))
        return connection.execute(sa.select(table.c.name).where(waiting, *same).limit(1)).first() is not None

    def _known(self, connection: sa.Connection, key: str) -> _Known:
        table = workflow_status(connection)
        row = connection.execute(
            sa.select(table.c.status, table.c.created_at, table.c.started_at_epoch_ms).where(
                table.c.workflow_uuid == key
            )
        ).one()
        return _Known(row[0] in {"ENQUEUED", "DELAYED"}, int(row[1]), int(row[2] or 0))


@dataclass(frozen=True, slots=True)
class _Known:
    """Work of a key that is known; times in ms, by the database's clock."""

    waits: bool
    stored: int
    began: int
    """0: it was quarantined or cancelled."""


def kind_of(message: type[Message]) -> str:
    """The name of its workflow."""
    return str(message.model_fields["kind"].default)


def _follow_up(work: Work, number: int) -> Work:
    """The same for a repeat, with a key of its own for what it queues and what it writes.

    With the first one's key, its second attempt would be taken for the first one's, and so would its update.
    """
    return replace(work, message=work.message.with_key(f"{work.message.key}~{number}"))


# More than the largest burst seen from Zendesk in a second; beyond it, senders are told to come back.
MOST_WAITING = 1000
MOST_AT_ONCE = 64
MANY_IN_A_SECOND = 10


Delivery = tuple[Work, "asyncio.Future[bool]"]


class Store(Protocol):
    def accept(self, batch: Sequence[Work]) -> list[bool]: ...


class Intake:
    """`await accept(work)`: True when it was new, False when it was known; raises CannotStore. For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._came: deque[float] = deque(maxlen=MANY_IN_A_SECOND)
        self._waiting: SimpleQueue[Delivery | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write_for_ever, daemon=True, name="intake")

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Store what was handed in, then end."""
        self._waiting.put(None)
        self._writer.join()

    def is_busy(self) -> bool:
        """Whether many have come within a second: what can wait gives way."""
        return len(self._came) == MANY_IN_A_SECOND and time.monotonic() - self._came[0] < 1

    async def accept(self, work: Work) -> bool:
        self._came.append(time.monotonic())
        if self._waiting.qsize() >= MOST_WAITING:
            raise CannotStore("too many deliveries at once")
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.put((work, stored))
        return await stored

    def _write_for_ever(self) -> None:
        ended = False
        while not ended:
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            ended = None in batch
            # A sender that hung up has cancelled its future: its delivery was not answered, so it need not be stored.
            self._write([one for one in batch if one is not None and not one[1].cancelled()])

    def _write(self, batch: list[Delivery]) -> None:
        if not batch:
            return
        answers: list[bool] | BaseException
        try:
            answers = self._store.accept([work for work, _ in batch])
        except BaseException as error:  # noqa: BLE001  # every sender must be answered, whatever went wrong
            answers = error
        # In one call: each would wake the loop.
        batch[0][1].get_loop().call_soon_threadsafe(_answer, [stored for _, stored in batch], answers)


def _answer(senders: Sequence[asyncio.Future[bool]], answers: Sequence[bool] | BaseException) -> None:
    for number, stored in enumerate(senders):
        if stored.done():
            continue
        if isinstance(answers, BaseException):
            stored.set_exception(answers)
        else:
            stored.set_result(answers[number])
