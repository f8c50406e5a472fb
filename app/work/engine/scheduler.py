"""Takes waiting work from the queue: the oldest first, at a cost that does not grow with the backlog.

dbos asks for each partition that has work whether it is free, and then takes partitions at random. With 50,000 tickets
waiting that costs a tenth of a second per look on SQLite, in which nobody else can write, and a third on PostgreSQL.
Here the oldest rows are read in the order of an index that dbos keeps, until enough free partitions are found.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from app.records.database import locked, run_alone
from app.records.prepared import PreparedStatement, Values
from app.work.engine.backlog import in_state
from app.work.engine.dbos_internals import (
    ClaimedRow,
    Queue,
    SystemDatabase,
    active_workflows,
    claimed_columns,
    claimed_row,
    database_clock,
    prepared,
)

WINDOW = 128
# Any constant, the same for all workers on one PostgreSQL; the other half of the key is the queue's name.
LOCK = 770_697_511
CLAIMED_AT_ONCE = 8
"""On SQLite: a millisecond. Who writes for three is made to wait for a processor, and all who write with it."""
NEW = "partition_is_new"
IsNew = Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]
_ORDER = itemgetter("priority", "created_at", "workflow_uuid")
# A worker that is frozen while it holds the lock must not hold all the others up for longer.
MOST_IDLE_MS = 3000


_ALONE = PreparedStatement(
    sa.select(
        sa.func.set_config("idle_in_transaction_session_timeout", f"{MOST_IDLE_MS}", sa.true()),
        sa.func.pg_try_advisory_xact_lock(LOCK, sa.func.hashtext(sa.bindparam("of_queue", type_=sa.Text))),
    )
)


class Scheduler:
    """Replaces `start_queued_partitioned_workflows` of dbos: same arguments, same effect on the rows.

    No partition is ever taken twice, not even by two workers that look at the same moment.
    """

    def __init__(
        self,
        database: SystemDatabase,
        known: Collection[str],
        paused: Callable[[], object],
        is_new: IsNew | None = None,
    ) -> None:
        """`known`: the workflows of this version; `paused`: while it holds, nothing is taken; `is_new`: see Engine.

        dbos would take work of other workflows too, fail, and keep their partitions busy.
        """
        self._database = database
        self._is_sqlite = database.engine.dialect.name == "sqlite"
        self._paused = paused
        self._table = database.tables.workflow_status
        # Made once: to put them together costs more than to run them.
        self._is_new = is_new
        self._running = _running(self._table.alias())
        self._waiting = _waiting(self._table, sorted(known), self._running)
        self._first_window = prepared(database, self._waiting)
        self._claims: dict[int, PreparedStatement] = {}
        """By the count of what is claimed at once."""
        self._claim_oldest = self._prepared_claim(_oldest_of_each(self._waiting))
        self._claims_alone: dict[int, tuple[PreparedStatement, PreparedStatement]] = {}
        owned = (in_state(self._table, "PENDING"), self._table.c.owner_xid == sa.bindparam("owner"))
        self._put_back = prepared(database, sa.update(self._table).where(*owned).values(status="ENQUEUED"))
        self._cut_off: list[str] = []
        """Who has claimed what was not all read: nobody works on that, and it is put back before the next look."""
        self.is_expected: Callable[[str], bool] = lambda _: False
        """Does work wait in this queue, as far as is known? Then PostgreSQL claims without a look at what waits.

        Only in the first window: what a flood on one ticket hides there is found by the next look.
        """
        self._closed = False
        self.begun_first: set[str] = set()
        """What was begun here, and by nobody before."""
        self.new: set[str] = set()
        """Of that, what is in a partition that was new when it was claimed."""
        self._looking = threading.Lock()
        self._taken: dict[str, set[str]] = {}
        """By the last look, and has not ended; by queue."""
        self._filled: dict[str, bool] = {}
        """Did the last look find as much as there was room for? By queue."""
        self._rows: dict[str, ClaimedRow] = {}
        """Of what was claimed, until dbos asks for them."""

    def close(self, seconds: float) -> None:
        """From now on nothing is taken. Waits so long for a look that is under way."""
        self._closed = True
        if self._looking.acquire(timeout=seconds):
            self._looking.release()

    def __call__(
        self,
        queue: Queue,
        executor_id: str,
        app_version: str,
        max_tasks: int = sys.maxsize,
        *,
        owner_xid: str | None = None,
        **_: object,
    ) -> list[str]:
        """Mark up to `max_tasks` works of free partitions as begun by this executor; their ids, oldest first."""
        # Also when it is paused, or the database is away: then nobody need look sooner.
        self._filled[queue.name] = False
        # Asked before the transaction: the answer may come from the database, on another connection.
        if self._paused():
            return []
        with self._looking, self._database.engine.connect() as connection:
            taker = {"executor": executor_id, "version": app_version, "owner": owner_xid, "queue": queue.name}
            rows = self._taken_rows(connection, taker, max_tasks) if not self._closed else []
        self._filled[queue.name] = len(rows) >= max_tasks
        return self._begun(queue.name, sorted(rows, key=_ORDER))

    def _taken_rows(self, connection: sa.Connection, taker: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        if self._is_sqlite:
            return self._taken_without_lock(connection, taker, most)
        with locked(connection):
            if not _is_alone(connection, taker["queue"]):
                return []
            if self.is_expected(taker["queue"]):
                return self._claim_oldest.rows(connection, {**taker, "most": min(most, WINDOW)})
            keys = self._oldest_free(connection, taker, most)
            return self._claim(len(keys)).rows(connection, {**taker, **_numbered(keys)}) if keys else []

    def _taken_without_lock(
        self, connection: sa.Connection, taker: Mapping[str, Any], most: int
    ) -> list[dict[str, Any]]:
        """SQLite has one lock for all that write: it is held for the claim alone.

        All workers may look. What has changed since is seen when they claim.
        """
        while self._cut_off:
            run_alone(connection, partial(self._put_back.run, connection, {"owner": self._cut_off[-1]}))
            self._cut_off.pop()
        keys = self._oldest_free(connection, taker, most)
        parts = [keys[start : start + CLAIMED_AT_ONCE] for start in range(0, len(keys), CLAIMED_AT_ONCE)]
        try:
            return [row for part in parts for row in self._claimed(connection, {**taker, **_numbered(part)}, len(part))]
        except BaseException:
            self._cut_off.append(taker["owner"])
            raise

    def _claimed(self, connection: sa.Connection, values: Values, count: int) -> list[dict[str, Any]]:
        claim, read = self._claim_alone(count)
        return read.rows(connection, values) if run_alone(connection, partial(claim.run, connection, values)) else []

    def _oldest_free(self, connection: sa.Connection, queue: Mapping[str, str], most: int) -> list[str]:
        busy, found = set[str](), list[str]()
        for key, partition in self._oldest(connection, queue, busy):
            if partition not in busy:
                busy.add(partition)
                found.append(key)
                if len(found) >= most:
                    break
        return found

    def _begun(self, queue: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        if not rows:
            return []
        claimed = {row["workflow_uuid"]: claimed_row(row) for row in rows}
        self._rows.update(claimed)
        self._taken[queue] = set(claimed)
        first = {row["workflow_uuid"]: bool(row[NEW]) for row in rows if row["recovery_attempts"] == 1}
        self.begun_first.difference_update(claimed)
        self.begun_first.update(first)
        self.new.difference_update(claimed)
        self.new.update(key for key, is_new in first.items() if is_new)
        return list(claimed)

    def rows(self, keys: Sequence[str]) -> list[ClaimedRow]:
        """What was just taken of `keys`, as the claim left it; each once."""
        found = (self._rows.pop(key, None) for key in keys)
        return [row for row in found if row is not None]

    def ended(self, key: str) -> None:
        self.begun_first.discard(key)
        self.new.discard(key)
        for taken in self._taken.values():
            taken.discard(key)

    def all_began(self, queue: str) -> bool:
        """Do threads work on what was taken last? dbos does not count what they have not begun, and would take more."""
        return not self._taken.get(queue, set()).difference(active_workflows())

    def work_waits(self, queue: str) -> bool:
        """As far as the last look could tell."""
        return self._filled.get(queue, False)

    def _oldest(self, connection: sa.Connection, queue: Mapping[str, str], busy: set[str]) -> Iterator[tuple[str, str]]:
        """Key and partition of what waits, in order, a window at a time: most often the first one is enough.

        Windows after the first leave out what is `busy` by then: a flood on one ticket is passed over by the database.
        """
        query = self._first_window
        while True:
            rows = query.tuples(connection, queue)
            for row in rows:
                yield row[0], row[1]
            if len(rows) < WINDOW:
                return
            query = prepared(self._database, self._after(rows[-1], busy))

    def _claim(self, count: int) -> PreparedStatement:
        if count not in self._claims:
            self._claims[count] = self._prepared_claim(_keys(count))
        return self._claims[count]

    def _prepared_claim(self, keys: Any) -> PreparedStatement:
        return prepared(self._database, self._claiming(keys).returning(*self._answered()))

    def _claim_alone(self, count: int) -> tuple[PreparedStatement, PreparedStatement]:
        """What claims, and what reads the claim afterwards."""
        if count not in self._claims_alone:
            keys, table = _keys(count), self._table
            owned = (table.c.workflow_uuid.in_(keys), table.c.owner_xid == sa.bindparam("owner"))
            read = prepared(self._database, sa.select(*self._answered()).where(*owned))
            self._claims_alone[count] = prepared(self._database, self._claiming(keys)), read
        return self._claims_alone[count]

    def _claiming(self, keys: Any) -> sa.Update:
        return _claim(self._table, self._database.app_name, database_clock(self._database), keys, self._running)

    def _answered(self) -> list[sa.ColumnElement[Any]]:
        # The name alone, as the claim's table has it: see `claimed_columns`.
        partition: sa.ColumnElement[str] = sa.literal_column("queue_partition_key", sa.Text)
        is_new = self._is_new(partition) if self._is_new else sa.false()
        return [*claimed_columns(self._database), is_new.label(NEW)]

    def _after(self, last: Any, busy: set[str]) -> sa.Select[Any]:
        key, priority, created_at = last[0], last[2], last[3]
        table = self._table
        reached = sa.tuple_(table.c.priority, table.c.created_at, table.c.workflow_uuid)
        return self._waiting.where(
            # The first condition is implied by the second, and is the one that an index can serve.
            sa.tuple_(table.c.priority, table.c.created_at) >= sa.tuple_(priority, created_at),
            reached > sa.tuple_(priority, created_at, key),
            table.c.queue_partition_key.not_in(list(map(sa.literal, busy))),
        )


def _is_alone(connection: sa.Connection, queue: str) -> bool:
    """On PostgreSQL one worker looks at a time."""
    return bool(_ALONE.tuples(connection, {"of_queue": queue})[0][1])


def _numbered(keys: Sequence[str]) -> dict[str, str]:
    return {f"key_{number}": key for number, key in enumerate(keys)}


def _keys(count: int) -> list[sa.ColumnElement[str]]:
    return list(map(sa.bindparam, _numbered([""] * count)))


def _running(table: sa.FromClause) -> sa.Select[Any]:
    """The partitions in which work of the queue runs."""
    of_queue = table.c.queue_name == sa.bindparam("queue")
    return sa.select(table.c.queue_partition_key).where(of_queue, in_state(table, "PENDING"))


def _waiting(table: sa.FromClause, known: Sequence[str], running: sa.Select[Any]) -> sa.Select[Any]:
    """The oldest work in partitions where nothing runs."""
    order = (table.c.priority, table.c.created_at, table.c.workflow_uuid)
    query = sa.select(table.c.workflow_uuid, table.c.queue_partition_key, *order[:2]).where(
        table.c.queue_name == sa.bindparam("queue"),
        in_state(table, "ENQUEUED"),
        table.c.queue_partition_key.not_in(running),
        table.c.application_version == sa.bindparam("version"),
        table.c.name.in_(list(map(sa.literal, known))),
    )
    return query.order_by(*order).limit(WINDOW)


def _oldest_of_each(waiting: sa.Select[Any]) -> sa.Select[Any]:
    """Of each partition in the first window, up to `most`."""
    window = waiting.subquery("oldest")
    order = (window.c.priority, window.c.created_at, window.c.workflow_uuid)
    place = sa.func.row_number().over(partition_by=window.c.queue_partition_key, order_by=order)
    placed = sa.select(*order, place.label("place")).subquery("placed")
    first = sa.select(placed.c.workflow_uuid).where(placed.c.place == 1)
    return first.order_by(placed.c.priority, placed.c.created_at, placed.c.workflow_uuid).limit(sa.bindparam("most"))


def _claim(
    table: sa.Table, application: str | None, now: sa.ColumnElement[int], keys: Any, running: sa.Select[Any]
) -> sa.Update:
    """Marks those of the keys as begun that still wait, and whose partitions are still free."""
    return (
        sa.update(table)
        .where(table.c.workflow_uuid.in_(keys), table.c.status == "ENQUEUED")
        .where(table.c.queue_partition_key.not_in(running))
        .values(
            status="PENDING",
            owner_xid=sa.bindparam("owner"),
            application_version=sa.bindparam("version"),
            executor_id=sa.bindparam("executor"),
            application_name=application,
            started_at_epoch_ms=now,
            updated_at=now,
            rate_limited=False,
            recovery_attempts=table.c.recovery_attempts + 1,
        )
    )
