"""What the engine's own table says: nothing waits, nothing ended in an error, and no ticket was in two hands."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from app.records.database import is_sqlite, make_engine

UNFINISHED = {"ENQUEUED", "DELAYED", "PENDING"}
COLUMNS = ("workflow_uuid", "status", "queue_name", "queue_partition_key", "started_at_epoch_ms", "completed_at")


@dataclass(frozen=True)
class Run:
    key: str
    status: str
    lane: str
    began: float
    ended: float
    """Seconds since 1970; 0: not."""


class Books:
    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, pool=1)
        schema = None if is_sqlite(url) else "dbos"
        self._table = sa.table("workflow_status", *map(sa.column, COLUMNS), schema=schema)

    def close(self) -> None:
        self._engine.dispose()

    def unfinished(self) -> int:
        columns = self._table.c
        query = sa.select(sa.func.count()).where(columns.queue_name == "tickets", columns.status.in_(UNFINISHED))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def runs(self) -> list[Run]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(self._table)).mappings().all()
        return [
            Run(
                row["workflow_uuid"],
                row["status"],
                row["queue_partition_key"] or "",
                (row["started_at_epoch_ms"] or 0) / 1000,
                (row["completed_at"] or 0) / 1000,
            )
            for row in rows
        ]


def lanes(runs: list[Run]) -> dict[str, list[Run]]:
    """The runs of each ticket, by their start."""
    by_lane: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.began):
        if run.lane:
            by_lane[run.lane].append(run)
    return by_lane


def problems(runs: list[Run]) -> Iterator[str]:
    for run in runs:
        if run.status != "SUCCESS":
            yield f"{run.key}: ended as {run.status}"
    for lane, own in lanes(runs).items():
        for before, after in itertools.pairwise(own):
            if after.began < before.ended:
                yield f"{lane}: {after.key} began {before.ended - after.began:.3f} s before {before.key} had ended"
