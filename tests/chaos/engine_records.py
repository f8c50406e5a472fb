"""What the engine's own table says: nothing waits, nothing ended in an error, no ticket was in two processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from app.records.announcements import Announcement
from app.records.database import make_engine
from app.records.database_url import is_sqlite
from app.records.tables import announcements, mentions, tracked_issues
from app.work.engine.queues import QUEUES

UNFINISHED = {"ENQUEUED", "DELAYED", "PENDING"}
STATUS = ("workflow_uuid", "status", "queue_name", "queue_partition_key")
STEP = ("workflow_uuid", "function_name", "started_at_epoch_ms", "completed_at_epoch_ms")


@dataclass(frozen=True)
class Run:
    key: str
    status: str
    partition: str
    began: float
    ended: float
    """Its first and last step, in seconds since 1970; the status itself has whole seconds in SQLite."""


@dataclass(frozen=True)
class Step:
    run: str
    name: str
    began: float
    ended: float


class EngineRecords:
    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, pool=1)
        schema = None if is_sqlite(url) else "dbos"
        self._status = sa.table("workflow_status", *map(sa.column, STATUS), schema=schema)
        self._steps = sa.table("operation_outputs", *map(sa.column, STEP), schema=schema)

    def close(self) -> None:
        self._engine.dispose()

    def issues_known(self) -> int:
        """Issues of the tracker that the service has a copy of, ready to be compared."""
        with self._engine.connect() as connection:
            query = sa.select(sa.func.count()).where(tracked_issues.c.vector.is_not(None))
            return int(connection.execute(query).scalar_one())

    def announcements(self) -> list[Announcement]:
        with self._engine.connect() as connection:
            return [Announcement(**row) for row in connection.execute(sa.select(announcements)).mappings()]

    def posts_with_tickets(self) -> int:
        with self._engine.connect() as connection:
            query = sa.select(sa.func.count()).where(mentions.c.ticket_id.is_not(None))
            return int(connection.execute(query).scalar_one())

    def unfinished(self) -> int:
        """Without the periodic jobs: they never end, and what they queue is counted by itself."""
        columns = self._status.c
        query = sa.select(sa.func.count()).where(
            columns.queue_name.in_(QUEUES),
            columns.status.in_(UNFINISHED),
            columns.workflow_uuid.not_like("cron:%"),
        )
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def runs(self) -> list[Run]:
        """Those with a step, and those that ended otherwise than well."""
        steps, status = self._steps.c, self._status.c
        query = (
            sa.select(
                status.workflow_uuid,
                status.status,
                status.queue_partition_key,
                sa.func.min(steps.started_at_epoch_ms),
                sa.func.max(steps.completed_at_epoch_ms),
            )
            .select_from(self._status.outerjoin(self._steps, status.workflow_uuid == steps.workflow_uuid))
            .where(status.workflow_uuid.not_like("cron:%"))
            .group_by(status.workflow_uuid, status.status, status.queue_partition_key)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Run(key, state, partition or "", (began or 0) / 1000, (ended or 0) / 1000)
            for key, state, partition, began, ended in rows
        ]

    def steps(self) -> list[Step]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(self._steps)).mappings().all()
        return [
            Step(
                row["workflow_uuid"],
                row["function_name"],
                (row["started_at_epoch_ms"] or 0) / 1000,
                (row["completed_at_epoch_ms"] or 0) / 1000,
            )
            for row in rows
        ]


def by_partition(runs: list[Run]) -> dict[str, list[Run]]:
    """The runs of each ticket, by their start."""
    partitions: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.began):
        if run.partition:
            partitions[run.partition].append(run)
    return partitions


def problems(runs: list[Run], steps: list[Step]) -> Iterator[str]:
    for run in runs:
        if run.status != "SUCCESS":
            yield f"{run.key}: ended as {run.status}"
    partition_of = {run.key: run.partition for run in runs}
    partitions: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: step.began):
        if partition_of.get(step.run):
            partitions[partition_of[step.run]].append(step)
    for partition, own in partitions.items():
        for before, after in pairwise(own):
            # Not whole runs: one that was cut off may be overtaken before it is taken up again.
            if after.run != before.run and after.began < before.ended:
                yield f"{partition}: {after} began before {before} had ended"
