"""What waits and what runs, asked of dbos's own table: its API answers only by loading every row."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.work.engine.queues import BULK, CRON_KEYS, QUEUES, TICKETS

# Priority tells how old the oldest waiting delivery is: seconds since then. It fits into 31 bits until 2088.
AGES_FROM = datetime(2020, 1, 1, tzinfo=UTC)

WAITS = ("ENQUEUED", "DELAYED")
UNFINISHED = (*WAITS, "PENDING")

_COLUMNS = (
    "workflow_uuid",
    "status",
    "queue_name",
    "queue_partition_key",
    "priority",
    "created_at",
    "started_at_epoch_ms",
    "name",
    "application_version",
    "executor_id",
    "completed_at",
    "recovery_attempts",
    "inputs",
)


def workflow_status(database: sa.Engine | sa.Connection) -> sa.TableClause:
    """dbos's table of all work."""
    schema = None if database.dialect.name == "sqlite" else "dbos"
    return sa.table("workflow_status", *map(sa.column, _COLUMNS), schema=schema)


class Backlog:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._table = workflow_status(engine)

    def waiting(self) -> int:
        """How much work has not begun, or waits for its time."""
        return self._count(WAITS)

    def unfinished(self) -> int:
        """How much work waits or runs."""
        return self._count(UNFINISHED)

    def running(self, executor_id: str) -> int:
        """How much work that process has begun and not ended."""
        mine = sa.and_(in_state(self._table, "PENDING"), self._table.c.executor_id == executor_id)
        return self._number(sa.select(sa.func.count()).select_from(self._table).where(mine))

    def begun_before(self, times: int, besides: Collection[str]) -> bool:
        """Whether anything but `besides` waits or runs that was begun at least so many times."""
        column = self._table.c
        such = sa.and_(column.recovery_attempts >= times, column.workflow_uuid.not_in(besides))
        found = self._in_states(("ENQUEUED", "PENDING"), column.workflow_uuid, such)
        return bool(self._all(found.limit(1)))

    def waiting_tickets(self, most: int) -> int:
        """How much work on tickets is ready and has not begun; counts no further than `most`."""
        column = self._table.c
        ready = sa.and_(column.queue_name == TICKETS, in_state(self._table, "ENQUEUED"))
        found = sa.select(column.workflow_uuid).where(ready).limit(most).subquery()
        return self._number(sa.select(sa.func.count()).select_from(found))

    def partitions_with(self, workflow: str, partitions: Collection[str]) -> set[str]:
        """Those of these partitions of tickets in which such work waits or runs."""
        column = self._table.c
        partition = column.queue_partition_key
        such = sa.and_(column.queue_name == TICKETS, column.name == workflow, partition.in_(partitions))
        return {row[0] for row in self._all(self._in_states(UNFINISHED, partition, such))}

    def waits_since(self) -> datetime | None:
        """When the oldest delivery was accepted that waits, runs, or hangs in a frozen process."""
        column = self._table.c
        oldest = sa.func.min(column.priority)
        of_tickets = sa.and_(column.queue_name == TICKETS, column.priority > 0)
        of_issues = sa.and_(
            column.queue_name == BULK, column.priority > 0, sa.not_(column.workflow_uuid.startswith(CRON_KEYS))
        )
        # One by one, so that each is read from an index.
        marks = [self._in_states(UNFINISHED, oldest, delivered) for delivered in (of_tickets, of_issues)]
        found = [row[0] for query in marks for row in self._all(query) if row[0] is not None]
        return AGES_FROM + timedelta(seconds=min(found)) if found else None

    def tickets_accepted(self, since: datetime | None, until: datetime) -> int:
        """Deliveries about tickets that are not done, accepted from `since` on and before `until`."""
        column = self._table.c
        accepted = [column.queue_name == TICKETS, column.priority < _age(until)]
        accepted.append(column.priority >= (1 if since is None else _age(since)))
        counts = self._in_states(UNFINISHED, sa.func.count(column.workflow_uuid), sa.and_(*accepted))
        return sum(row[0] for row in self._all(counts))

    def unknown_workflows(self, known: Collection[str], version: str) -> dict[str, int]:
        """How much work, by workflow, no process with these workflows and this version will take."""
        column = self._table.c
        ours = sa.and_(
            column.name.in_(sorted(known)), column.application_version == version, column.queue_name.in_(QUEUES)
        )
        name = self._in_states(UNFINISHED, column.name, ~ours).subquery().c.name
        return {row[0]: row[1] for row in self._all(sa.select(name, sa.func.count()).group_by(name).order_by(name))}

    def _count(self, states: Sequence[str]) -> int:
        column = self._table.c
        counts = self._in_states(states, sa.func.count(column.workflow_uuid), column.queue_name.in_(QUEUES))
        return sum(row[0] for row in self._all(counts))

    def _in_states(
        self, states: Sequence[str], wanted: sa.ColumnElement[Any], such: sa.ColumnElement[bool]
    ) -> sa.CompoundSelect[Any]:
        """In one statement: work that goes from one state to another meanwhile must not be overlooked."""
        return sa.union_all(*(sa.select(wanted).where(in_state(self._table, state), such) for state in states))

    def _all(self, query: sa.Executable) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _number(self, query: sa.Executable) -> int:
        return int(self._all(query)[0][0])


def _age(moment: datetime) -> int:
    return int((moment - AGES_FROM).total_seconds())


def in_state(table: sa.FromClause, state: str) -> sa.ColumnElement[bool]:
    """Spelled out: only so does SQLite use dbos's partial indexes, and not read all that was ever done."""
    is_it = table.c.status == sa.literal_column(f"'{state}'")
    in_flight: list[Any] = [sa.literal_column("'ENQUEUED'"), sa.literal_column("'PENDING'")]
    return is_it if state == "DELAYED" else sa.and_(is_it, table.c.status.in_(in_flight))
