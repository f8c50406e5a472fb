"""Stores work in the queue: all that a process needs which leaves work to others."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import Along, begin_locked, flush, locked, make_autocommitting, make_engine, run_alone
from app.records.database_errors import DatabaseGone, LockIsTaken
from app.records.database_url import is_sqlite
from app.work.engine.backlog import WAITS, in_state, workflow_status
from app.work.engine.work_rows import insert_new, insert_one
from app.work.messages import CannotStore, Message, Work

# A key stands for the changes within one second, and the first delivery came no earlier than that second began; the
# rest is for an answer from a copy that lags. Work that began later has seen them all.
SEEN_BY_THEN_MS = 3000
CHECKPOINT_AT = 20_000
# SQLite has one writer, and knows no queue. What arrives in masses leaves it free as long as it has held it, so that
# the workers, who look less often, get their turns.
MOST_REST_SECONDS = 0.01
# Nobody else is answered while an event loop waits for the disk. One that was this slow is not waited for again soon.
SLOW_SECONDS = 0.05
SLOW_FOR_SECONDS = 60.0


class WorkStore:
    """From any thread, until `close`; then it raises CannotStore."""

    def __init__(self, url: str) -> None:
        # A small pool of its own, which errors at once when the database is down: a web request must not hang.
        # The workers' commits keep SQLite's log short; when none of them works, it may grow to 80 MB.
        self.database = make_engine(url, pool=1, checkpoint_at=CHECKPOINT_AT)
        self._is_sqlite = is_sqlite(url)
        self._of_loop = make_engine(url, pool=1, checkpoint_at=CHECKPOINT_AT)
        self._kept: sa.Connection | None = None
        """By the loop: to take a connection, and to give it back, took as long as to write."""
        self._using_kept = threading.Lock()
        self._autocommitting = make_autocommitting(url)
        self._is_closed = False
        self._free_until = 0.0
        self._slow_until = 0.0

    def close(self) -> None:
        self._is_closed = True
        with self._using_kept:
            self._drop_kept()
        for database in (self.database, self._of_loop, self._autocommitting):
            database.dispose()

    def accept(self, batch: Sequence[Work], along: Along | None = None) -> list[bool]:
        """Store all of `batch`: True for new work, False for known. Raises CannotStore: then some may be stored.

        `along`: what our own tables are to say once the work is there. Then all is in one transaction, in which it
        comes first.

        Work whose key is known but which has already begun may have read the ticket before this delivery's change: it
        is stored once more under a follow-up key. Work that still waits will read the newest state anyway, and work
        that began late enough has seen all that one key can stand for.
        """
        rest = self._free_until - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        try:
            self._must_be_open()
            new = self._inserted_by_itself(batch) if along is None and not self._is_sqlite else set[str]()
            if batch and len(new) == len(batch):
                return [True] * len(batch)
            with self.database.connect() as connection:
                return self._write(connection, batch, new, along)
        except SQLAlchemyError as error:
            raise CannotStore(type(error).__name__) from error

    def accept_at_once(self, batch: Sequence[Work]) -> list[bool] | None:
        """As `accept`, for an event loop: within a millisecond, or not at all.

        None: somebody else writes, the database may let us wait, or it is not `open_for_loop`.
        """
        began = time.monotonic()
        if began < max(self._free_until, self._slow_until) or not self._using_kept.acquire(blocking=False):
            return None
        try:
            return self._written_at_once(self._kept, batch) if self._kept is not None else None
        except (LockIsTaken, DatabaseGone):
            return None
        except SQLAlchemyError:
            self._drop_kept()  # it may be gone, and a new one takes time
            return None
        except BaseException:
            self._drop_kept()
            raise
        finally:
            self._using_kept.release()
            if time.monotonic() - began > SLOW_SECONDS:
                self._slow_until = time.monotonic() + SLOW_FOR_SECONDS

    def _written_at_once(self, connection: sa.Connection, batch: Sequence[Work]) -> list[bool]:
        if len(batch) == 1 and _inserted_alone(connection, batch[0]):
            answers = [True]
        else:  # its key may be known: then it is judged
            answers = self._write(connection, batch, set(), patience=0.0)
        flush(connection)
        return answers

    def open_for_loop(self) -> None:
        """From a thread. Of PostgreSQL nothing is opened: its answer may take long."""
        if not self._is_sqlite or self._kept is not None:
            return
        with self._using_kept, suppress(SQLAlchemyError):
            if not self._is_closed:
                self._kept = self._of_loop.connect()

    def _drop_kept(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(SQLAlchemyError):
                kept.invalidate()
                kept.close()

    def _must_be_open(self) -> None:
        """Raises CannotStore."""
        if self._is_closed:
            raise CannotStore("closed")

    def _inserted_by_itself(self, batch: Sequence[Work]) -> set[str]:
        """On PostgreSQL, in one statement. Nothing, where some must be judged beside others."""
        if any(work.merged for work in batch) or len({work.message.work_id for work in batch}) < len(batch):
            return set()
        with self._autocommitting.connect() as connection:
            return insert_new(connection, batch)

    def _write(
        self,
        connection: sa.Connection,
        batch: Sequence[Work],
        new: set[str],
        along: Along | None = None,
        *,
        patience: float | None = None,
    ) -> list[bool]:
        """`new`: ids of the batch that are stored already."""
        with locked(connection, patience=patience):
            began = time.monotonic()
            if along is not None:
                along(connection)
            new = new or insert_new(connection, [work for work in batch if not work.merged])
            answers = [self._store(connection, work, new) for work in batch]
        ended = time.monotonic()
        if len(batch) > 1 and self._is_sqlite:
            self._free_until = ended + min(ended - began, MOST_REST_SECONDS)
        return answers

    def try_to_write(self) -> None:
        """Raises CannotStore."""
        self._must_be_open()
        try:
            with begin_locked(self.database) as connection:
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


def _inserted_alone(connection: sa.Connection, work: Work) -> bool:
    """False: its key is known, or it must be judged beside others."""
    return not work.merged and run_alone(connection, partial(insert_one, connection, work), patience=0.0)


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
Answers = Sequence[bool] | BaseException


class Store(Protocol):
    def accept(self, batch: Sequence[Work]) -> list[bool]: ...

    def accept_at_once(self, batch: Sequence[Work]) -> list[bool] | None: ...

    def open_for_loop(self) -> None: ...


class Intake:
    """`await accept(work)`: True when it was new, False when it was known; raises CannotStore. For one event loop.

    What arrives together is stored together: by the loop itself if it need not wait, as a change of threads takes
    longer than that; otherwise by a thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._came: deque[float] = deque(maxlen=MANY_IN_A_SECOND)
        self._arrived: list[Delivery] = []
        self._waiting: SimpleQueue[Delivery | None] = SimpleQueue()
        self._unanswered = 0
        """Of those that the thread was given."""
        self._writer = threading.Thread(target=self._write_for_ever, daemon=True, name="intake")
        self._stopping = threading.Lock()
        self._is_stopped = False

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Store what was handed in, then end."""
        with self._stopping:
            self._is_stopped = True
            self._waiting.put(None)
        self._writer.join()

    def is_busy(self) -> bool:
        """Whether many have come within a second: what can wait gives way."""
        return len(self._came) == MANY_IN_A_SECOND and time.monotonic() - self._came[0] < 1

    async def accept(self, work: Work) -> bool:
        self._came.append(time.monotonic())
        if self._is_stopped:
            raise CannotStore("stopping")
        if len(self._arrived) + self._unanswered >= MOST_WAITING:
            raise CannotStore("too many deliveries at once")
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[bool] = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._store_arrived)
        self._arrived.append((work, stored))
        return await stored

    def _store_arrived(self) -> None:
        batch, self._arrived = _not_hung_up(self._arrived), []
        if not batch:
            return
        if not self._unanswered and len(batch) <= MOST_AT_ONCE:
            try:
                answers = self._store.accept_at_once([work for work, _ in batch])
            except Exception as error:  # noqa: BLE001  # every sender must be answered, whatever went wrong
                _answer(batch, error)
                return
            if answers is not None:
                _answer(batch, answers)
                return
        with self._stopping:
            if not self._is_stopped:
                self._unanswered += len(batch)
                for one in batch:
                    self._waiting.put(one)
                return
        _answer(batch, CannotStore("stopping"))  # nobody looks there any more

    def _write_for_ever(self) -> None:
        ended = False
        while not ended:
            self._store.open_for_loop()
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            ended = None in batch
            self._write([one for one in batch if one is not None])

    def _write(self, given: list[Delivery]) -> None:
        if not given:
            return
        batch = _not_hung_up(given)
        answers: Answers
        try:
            answers = self._store.accept([work for work, _ in batch]) if batch else []
        except BaseException as error:  # noqa: BLE001  # every sender must be answered, whatever went wrong
            answers = error
        # In one call: each would wake the loop.
        given[0][1].get_loop().call_soon_threadsafe(self._answered, len(given), batch, answers)

    def _answered(self, given: int, batch: Sequence[Delivery], answers: Answers) -> None:
        self._unanswered -= given
        _answer(batch, answers)


def _not_hung_up(batch: Sequence[Delivery]) -> list[Delivery]:
    """A sender that hung up has cancelled its future: its delivery was not answered, so it need not be stored."""
    return [one for one in batch if not one[1].cancelled()]


def _answer(batch: Sequence[Delivery], answers: Answers) -> None:
    for number, (_, stored) in enumerate(batch):
        if stored.done():
            continue
        if isinstance(answers, BaseException):
            stored.set_exception(answers)
        else:
            stored.set_result(answers[number])
