"""Claims work that waits: marks it as begun by a worker, and answers the rows as the claim left them.

PostgreSQL does both in one statement, and one worker looks at a time. SQLite has one lock for all that write. It is
held for one statement, which answers nothing: see `run_alone`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import locked, run_alone
from app.records.database_errors import LockIsTaken
from app.records.prepared import PreparedStatement
from app.work.engine.backlog import in_state
from app.work.engine.dbos_internals import SystemDatabase, claimed_columns, database_clock, prepared

IsNew = Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]
Taker = Mapping[str, Any]
"""Who claims: `executor`, `version`, `queue`, and an `owner` of its own for each claim."""
Find = Callable[[], Sequence[str]]
"""Looks for what may be claimed, in order; its ids."""
Row = dict[str, Any]

NEW = "partition_is_new"
# Any constant, the same for all workers on one PostgreSQL; the other half of the key is the queue's name.
LOCK = 770_697_511
# A worker that is frozen while it holds the lock must not hold all the others up for longer.
MOST_IDLE_MS = 3000
AT_ONCE = 8
"""On SQLite, which takes a millisecond for it. A thread that computes for three is made to wait for a processor, and
if it holds the lock, all writers wait with it."""

_ALONE = PreparedStatement(
    sa.select(
        sa.func.set_config("idle_in_transaction_session_timeout", f"{MOST_IDLE_MS}", sa.true()),
        sa.func.pg_try_advisory_xact_lock(LOCK, sa.func.hashtext(sa.bindparam("of_queue", type_=sa.Text))),
    )
)


class ClaimsOnPostgresql:
    def __init__(self, database: SystemDatabase, waiting: sa.Select[Any], is_new: IsNew | None) -> None:
        """`waiting`: the first window of a look."""
        self._database = database
        self._is_new = is_new
        self._claim_oldest = self._prepared(_oldest_of_each(waiting))
        self._claims = cache(lambda count: self._prepared(_numbers(count)))

    def take(self, connection: sa.Connection, taker: Taker, most: int, find: Find, *, expected: bool) -> list[Row]:
        """`expected`: work waits, as far as is known. Then it is claimed in the first window, without a look before."""
        with locked(connection):
            if not _is_alone(connection, taker["queue"]):
                return []
            if expected:
                return self._claim_oldest.rows(connection, {**taker, "most": most})
            keys = find()
            return self._claims(len(keys)).rows(connection, {**taker, **_numbered(keys)}) if keys else []

    def _prepared(self, keys: Any) -> PreparedStatement:
        """Made once: to put it together costs more than to run it."""
        return prepared(
            self._database, _claim(self._database, keys).returning(*_answered(self._database, self._is_new))
        )


class ClaimsOnSqlite:
    """Takes the same arguments. All workers may look: what has changed since is seen when they claim."""

    def __init__(self, database: SystemDatabase, is_new: IsNew | None) -> None:
        self._database = database
        self._is_new = is_new
        self._claims = cache(lambda count: prepared(database, _claim(database, _numbers(count))))
        self._reads = cache(lambda count: prepared(database, self._read(_numbers(count))))
        self._put_back = prepared(database, _put_back(database.tables.workflow_status))
        self._cut_off: Taker | None = None
        """Who has claimed what was not all read. Nobody works on that, and while this process lives nobody takes it."""

    def take(self, connection: sa.Connection, taker: Taker, most: int, find: Find, *, expected: bool) -> list[Row]:
        del most, expected
        self._give_back(connection)
        keys, rows = find(), list[Row]()
        try:
            for start in range(0, len(keys), AT_ONCE):
                rows += self._claimed(connection, taker, keys[start : start + AT_ONCE])
        except LockIsTaken:  # for this part, which is as it was; those before were claimed and read
            if not rows:
                raise
        except BaseException:
            self._cut_off = taker
            with suppress(SQLAlchemyError):
                self._give_back(connection, patience=0.0)
            raise
        return rows

    def _claimed(self, connection: sa.Connection, taker: Taker, keys: Sequence[str]) -> list[Row]:
        claim, read, values = self._claims(len(keys)), self._reads(len(keys)), {**taker, **_numbered(keys)}
        return read.rows(connection, values) if run_alone(connection, partial(claim.run, connection, values)) else []

    def _give_back(self, connection: sa.Connection, *, patience: float | None = None) -> None:
        if self._cut_off is not None:
            run_alone(connection, partial(self._put_back.run, connection, self._cut_off), patience=patience)
            self._cut_off = None

    def _read(self, keys: Any) -> sa.Select[Any]:
        table = self._database.tables.workflow_status
        owned = (table.c.workflow_uuid.in_(keys), table.c.owner_xid == sa.bindparam("owner"))
        return sa.select(*_answered(self._database, self._is_new)).where(*owned)


def running(table: sa.FromClause) -> sa.Select[Any]:
    """The partitions in which work of the queue runs."""
    of_queue = table.c.queue_name == sa.bindparam("queue")
    return sa.select(table.c.queue_partition_key).where(of_queue, in_state(table, "PENDING"))


def _is_alone(connection: sa.Connection, queue: str) -> bool:
    return bool(_ALONE.tuples(connection, {"of_queue": queue})[0][1])


def _numbered(keys: Sequence[str]) -> dict[str, str]:
    return {f"key_{number}": key for number, key in enumerate(keys)}


def _numbers(count: int) -> list[sa.ColumnElement[str]]:
    return list(map(sa.bindparam, _numbered([""] * count)))


def _answered(database: SystemDatabase, is_new: IsNew | None) -> list[sa.ColumnElement[Any]]:
    # The name alone, as the claim's table has it: see `claimed_columns`.
    partition: sa.ColumnElement[str] = sa.literal_column("queue_partition_key", sa.Text)
    return [*claimed_columns(database), (is_new(partition) if is_new else sa.false()).label(NEW)]


def _oldest_of_each(waiting: sa.Select[Any]) -> sa.Select[Any]:
    """Of each partition in the first window, up to `most`."""
    window = waiting.subquery("oldest")
    order = (window.c.priority, window.c.created_at, window.c.workflow_uuid)
    place = sa.func.row_number().over(partition_by=window.c.queue_partition_key, order_by=order)
    placed = sa.select(*order, place.label("place")).subquery("placed")
    first = sa.select(placed.c.workflow_uuid).where(placed.c.place == 1)
    return first.order_by(placed.c.priority, placed.c.created_at, placed.c.workflow_uuid).limit(sa.bindparam("most"))


def _claim(database: SystemDatabase, keys: Any) -> sa.Update:
    """Marks those of the keys as begun that still wait, and whose partitions are still free."""
    table, now = database.tables.workflow_status, database_clock(database)
    return (
        sa.update(table)
        .where(table.c.workflow_uuid.in_(keys), table.c.status == "ENQUEUED")
        .where(table.c.queue_partition_key.not_in(running(table.alias())))
        .values(
            status="PENDING",
            owner_xid=sa.bindparam("owner"),
            application_version=sa.bindparam("version"),
            executor_id=sa.bindparam("executor"),
            application_name=database.app_name,
            started_at_epoch_ms=now,
            updated_at=now,
            rate_limited=False,
            recovery_attempts=table.c.recovery_attempts + 1,
        )
    )


def _put_back(table: sa.Table) -> sa.Update:
    """As if it had never been claimed: it was not begun, so it has crashed no process."""
    owned = (table.c.queue_name == sa.bindparam("queue"), table.c.owner_xid == sa.bindparam("owner"))
    return (
        sa.update(table)
        .where(in_state(table, "PENDING"), *owned)
        .values(
            status="ENQUEUED",
            executor_id=None,
            owner_xid=None,
            started_at_epoch_ms=None,
            recovery_attempts=table.c.recovery_attempts - 1,
        )
    )
