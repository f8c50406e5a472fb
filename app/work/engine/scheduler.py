"""Takes waiting work from the queue: the oldest first, at a cost that does not grow with the backlog.

dbos asks for each partition that has work whether it is free, and then takes partitions at random. With 50,000 tickets
waiting that costs a tenth of a second per look on SQLite, in which nobody else can write, and a third on PostgreSQL.
Here the oldest rows are read in the order of an index that dbos keeps, until enough free partitions are found.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any

import sqlalchemy as sa

from app.work.engine.backlog import in_state
from app.work.engine.dbos_internals import Queue, SystemDatabase, database_clock

WINDOW = 128
# Any constant, the same for all workers on one PostgreSQL; the other half of the key is the queue's name.
LOCK = 770_697_511
# A worker that is frozen while it holds the lock must not hold all the others up for longer.
MOST_IDLE_MS = 3000


class Scheduler:
    """Replaces `start_queued_partitioned_workflows` of dbos: same arguments, same effect on the rows.

    No partition is ever taken twice, not even by two workers that look at the same moment.
    """

    def __init__(self, database: SystemDatabase, known: Collection[str], paused: Callable[[], object]) -> None:
        """`known`: the workflows of this version; `paused`: while it holds, nothing is taken.

        dbos would take work of other workflows too, fail, and keep their partitions busy.
        """
        self._database = database
        self._paused = paused
        self._known = sorted(known)
        self._table = database.tables.workflow_status
        self._closed = False
        self.begun_first: set[str] = set()
        """What was begun here, and by nobody before."""
        self._looking = threading.Lock()

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
        # Asked before the transaction: the answer may come from the database, on another connection.
        if self._paused():
            return []
        with self._looking, self._database.engine.begin() as connection:
            if self._closed or not self._alone(connection, queue.name):
                return []
            busy = set(connection.execute(self._running(self._table, queue.name)).scalars())
            found: list[str] = []
            for key, partition in self._oldest(connection, queue.name, app_version, busy):
                if partition not in busy:
                    busy.add(partition)
                    found.append(key)
                    if len(found) >= max_tasks:
                        break
            if not found:
                return []
            claimed = self._claim(
                connection, queue.name, found, executor_id=executor_id, app_version=app_version, owner_xid=owner_xid
            )
            return [key for key in found if key in claimed]

    @staticmethod
    def _alone(connection: sa.Connection, queue: str) -> bool:
        """One worker looks at a time. On SQLite all may look: what has changed since is seen when they claim."""
        if connection.dialect.name == "sqlite":
            return True
        connection.execute(sa.text(f"set local idle_in_transaction_session_timeout = {MOST_IDLE_MS}"))
        lock = sa.text("select pg_try_advisory_xact_lock(:lock, hashtext(:queue))")
        return bool(connection.execute(lock, {"lock": LOCK, "queue": queue}).scalar_one())

    @staticmethod
    def _running(table: sa.FromClause, queue: str) -> sa.Select[Any]:
        """The partitions in which work of the queue runs."""
        return sa.select(table.c.queue_partition_key).where(table.c.queue_name == queue, in_state(table, "PENDING"))

    def _oldest(
        self, connection: sa.Connection, queue: str, app_version: str, busy: set[str]
    ) -> Iterator[tuple[str, str]]:
        """Key and partition of what waits, in order, a window at a time: most often the first one is enough.

        Windows after the first leave out what is `busy` by then: a flood on one ticket is passed over by the database.
        """
        table = self._table
        order = (table.c.priority, table.c.created_at, table.c.workflow_uuid)
        query = sa.select(table.c.workflow_uuid, table.c.queue_partition_key, *order[:2]).where(
            table.c.queue_name == queue,
            in_state(table, "ENQUEUED"),
            table.c.queue_partition_key.is_not(None),
            table.c.application_version == app_version,
            table.c.name.in_(self._known),
        )
        query = query.order_by(*order).limit(WINDOW)
        last: Any = None
        while True:
            rows = connection.execute(query if last is None else self._after(query, last, busy)).all()
            for row in rows:
                yield row[0], row[1]
            if len(rows) < WINDOW:
                return
            last = rows[-1]

    def _after(self, query: sa.Select[Any], last: Any, busy: set[str]) -> sa.Select[Any]:
        key, priority, created_at = last[0], last[2], last[3]
        table = self._table
        reached = sa.tuple_(table.c.priority, table.c.created_at, table.c.workflow_uuid)
        return query.where(
            # The first condition is implied by the second, and is the one that an index can serve.
            sa.tuple_(table.c.priority, table.c.created_at) >= sa.tuple_(priority, created_at),
            reached > sa.tuple_(priority, created_at, key),
            table.c.queue_partition_key.not_in(busy),
        )

    def _claim(
        self,
        connection: sa.Connection,
        queue: str,
        keys: list[str],
        *,
        executor_id: str,
        app_version: str,
        owner_xid: str | None,
    ) -> set[str]:
        """Those of `keys` that still wait, and whose partitions are still free."""
        table, now = self._table, database_clock(self._database)
        begun = (
            sa.update(table)
            .where(table.c.workflow_uuid.in_(keys), table.c.status == "ENQUEUED")
            .where(table.c.queue_partition_key.not_in(self._running(table.alias(), queue)))
            .values(
                status="PENDING",
                owner_xid=owner_xid,
                application_version=app_version,
                executor_id=executor_id,
                application_name=self._database.app_name,
                started_at_epoch_ms=now,
                updated_at=now,
                rate_limited=False,
                recovery_attempts=table.c.recovery_attempts + 1,
            )
            .returning(table.c.workflow_uuid, table.c.recovery_attempts)
        )
        claimed = {row[0]: row[1] for row in connection.execute(begun)}
        self.begun_first.difference_update(claimed)
        self.begun_first.update(key for key, starts in claimed.items() if starts == 1)
        return set(claimed)
