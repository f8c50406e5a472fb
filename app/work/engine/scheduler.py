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

from app.work.engine.backlog import in_state
from app.work.engine.claims import NEW, ClaimsOnPostgresql, ClaimsOnSqlite, IsNew, Row, Taker, running
from app.work.engine.dbos_internals import (
    ClaimedRow,
    Queue,
    SystemDatabase,
    active_workflows,
    claimed_row,
    prepared,
)

WINDOW = 128
_ORDER = itemgetter("priority", "created_at", "workflow_uuid")


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
        self._paused = paused
        self._table = database.tables.workflow_status
        # Made once: to put it together costs more than to run it.
        self._waiting = _waiting(self._table, sorted(known))
        self._first_window = prepared(database, self._waiting)
        self._claims = (
            ClaimsOnSqlite(database, is_new)
            if database.engine.dialect.name == "sqlite"
            else ClaimsOnPostgresql(database, self._waiting, is_new)
        )
        self.is_expected: Callable[[str], bool] = lambda _: False
        """Does work wait in this queue, as far as is known? Then PostgreSQL claims without a look at what waits.

        What a flood on one ticket hides is found by the next look.
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
        owner_xid: str,
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

    def _taken_rows(self, connection: sa.Connection, taker: Taker, most: int) -> list[Row]:
        find = partial(self._oldest_free, connection, taker, most)
        return self._claims.take(connection, taker, min(most, WINDOW), find, expected=self.is_expected(taker["queue"]))

    def _oldest_free(self, connection: sa.Connection, queue: Mapping[str, str], most: int) -> list[str]:
        busy, found = set[str](), list[str]()
        for key, partition in self._oldest(connection, queue, busy):
            if partition not in busy:
                busy.add(partition)
                found.append(key)
                if len(found) >= most:
                    break
        return found

    def _begun(self, queue: str, rows: Sequence[Row]) -> list[str]:
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


def _waiting(table: sa.Table, known: Sequence[str]) -> sa.Select[Any]:
    """The oldest work in partitions where nothing runs."""
    order = (table.c.priority, table.c.created_at, table.c.workflow_uuid)
    query = sa.select(table.c.workflow_uuid, table.c.queue_partition_key, *order[:2]).where(
        table.c.queue_name == sa.bindparam("queue"),
        in_state(table, "ENQUEUED"),
        table.c.queue_partition_key.not_in(running(table.alias())),
        table.c.application_version == sa.bindparam("version"),
        table.c.name.in_(list(map(sa.literal, known))),
    )
    return query.order_by(*order).limit(WINDOW)
