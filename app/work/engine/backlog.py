"""What waits and what runs, asked of dbos's own table: its API answers only by loading every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.work.engine.queues import BULK, CRON_KEYS, QUEUES, TICKETS

# Priority tells how old the oldest waiting delivery is: seconds since then. It fits into 31 bits until 2088.
AGES_FROM = datetime(2020, 1, 1, tzinfo=UTC)

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
)


def age_mark(accepted_at: str) -> int:
    """The priority of work from a delivery of that time: the oldest goes first, however often it was put off."""
    return max(1, int((datetime.fromisoformat(accepted_at) - AGES_FROM).total_seconds()))


def workflow_status(connection: sa.Connection) -> sa.TableClause:
    """dbos's table of all work."""
    schema = None if connection.dialect.name == "sqlite" else "dbos"
    return sa.table("workflow_status", *map(sa.column, _COLUMNS), schema=schema)


class Backlog:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def waiting(self) -> int:
        """How much work has not begun, or waits for its time."""
        return self._count("ENQUEUED", "DELAYED")

    def unfinished(self) -> int:
        """How much work has not ended: what waits and what runs."""
        return self._count("ENQUEUED", "DELAYED", "PENDING")

    def running(self, executor_id: str) -> int:
        """How much work that process has begun and not ended."""
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            running = sa.select(sa.func.count()).select_from(table).where(_is(table, "PENDING"))
            return int(connection.execute(running.where(table.c.executor_id == executor_id)).scalar_one())

    def begun_before(self, times: int, besides: Collection[str]) -> bool:
        """Whether anything but `besides` waits or runs that was begun at least so many times."""
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            such = sa.and_(table.c.recovery_attempts >= times, table.c.workflow_uuid.not_in(besides))
            found = (
                sa.select(table.c.workflow_uuid).where(_is(table, state), such) for state in ("ENQUEUED", "PENDING")
            )
            return connection.execute(sa.union_all(*found).limit(1)).first() is not None

    def waiting_tickets(self, most: int) -> int:
        """How much work on tickets is ready and has not begun; counts no further than `most`."""
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            ready = sa.select(table.c.workflow_uuid).where(table.c.queue_name == TICKETS, _is(table, "ENQUEUED"))
            found = ready.limit(most).subquery()
            return int(connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one())

    def partitions_with(self, workflow: str, partitions: Collection[str]) -> set[str]:
        """Those of these partitions of tickets in which such work waits or runs."""
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            partition = table.c.queue_partition_key
            such = sa.and_(table.c.queue_name == TICKETS, table.c.name == workflow, partition.in_(partitions))
            # In one statement: work that goes from one state to another meanwhile must not be overlooked.
            found = (
                sa.select(partition).where(_is(table, state), such) for state in ("ENQUEUED", "DELAYED", "PENDING")
            )
            return set(connection.execute(sa.union_all(*found)).scalars())

    def waits_since(self) -> datetime | None:
        """When the oldest delivery was accepted that is not done: it waits, runs, or hangs in a frozen process."""
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            delivered = {TICKETS: sa.true(), BULK: sa.not_(table.c.workflow_uuid.startswith(CRON_KEYS))}
            marks = [
                connection.execute(
                    sa.select(sa.func.min(table.c.priority)).where(
                        table.c.queue_name == queue,
                        _is(table, state),
                        table.c.priority > 0,  # from before ages were kept
                        is_delivery,
                    )
                ).scalar()
                for queue, is_delivery in delivered.items()
                for state in ("ENQUEUED", "DELAYED", "PENDING")
            ]
        oldest = min((mark for mark in marks if mark is not None), default=None)
        return None if oldest is None else AGES_FROM + timedelta(seconds=oldest)

    def unknown_workflows(self, known: Collection[str], version: str) -> dict[str, int]:
        """How much work, by workflow, no process with these workflows and this version will take."""
        counts: Counter[str] = Counter()
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            ours = sa.and_(
                table.c.name.in_(sorted(known)),
                table.c.application_version == version,
                table.c.queue_name.in_(QUEUES),
            )
            for state in ("ENQUEUED", "DELAYED", "PENDING"):
                query = sa.select(table.c.name, sa.func.count()).where(_is(table, state), sa.not_(ours))
                counts.update({name: int(count) for name, count in connection.execute(query.group_by(table.c.name))})
        return dict(sorted(counts.items()))

    def _count(self, *states: str) -> int:
        with self._engine.connect() as connection:
            table = workflow_status(connection)
            counts = [
                sa.select(sa.func.count())
                .select_from(table)
                .where(table.c.queue_name.in_(QUEUES), _is(table, state))
                .scalar_subquery()
                for state in states
            ]
            return sum(int(count) for count in connection.execute(sa.select(*counts)).one())


def _is(table: sa.TableClause, state: str) -> sa.ColumnElement[bool]:
    """Spelled out: only so does SQLite use dbos's partial indexes, and not read all that was ever done."""
    is_it = table.c.status == sa.literal_column(f"'{state}'")
    in_flight: list[Any] = [sa.literal_column("'ENQUEUED'"), sa.literal_column("'PENDING'")]
    return is_it if state == "DELAYED" else sa.and_(is_it, table.c.status.in_(in_flight))
