"""Deleting work that ended, by the handful: dbos deletes nothing by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from dbos import DBOS

from app.records.pruning import Dropped
from app.work.engine.backlog import workflow_status
from app.work.engine.queues import BULK, QUEUES, ROUND_KEYS

ENDED = ("SUCCESS", "ERROR", "CANCELLED")


@dataclass(frozen=True)
class FinishedWork:
    """For a step of a workflow. Times are compared with those of the database's clock."""

    engine: sa.Engine
    names: Collection[str]
    """Of the workflows that are ours."""

    def forget(self, before: datetime, *, most: int) -> int:
        """So many at most of what ended before; how many that were."""
        return len(self._delete(self._ended(self._table(), before).limit(most)))

    def forget_rounds(self, since: int, before: datetime, *, most: int) -> Dropped:
        """So many at most of the clock's work that ended in between. Since when: Unix ms, as is how far it came."""
        table = self._table()
        ours = sa.and_(
            table.c.queue_name == BULK,
            table.c.completed_at >= since,
            table.c.workflow_uuid.startswith(ROUND_KEYS, autoescape=True),
        )
        deleted = self._delete(self._ended(table, before).where(ours).limit(most))
        return Dropped(len(deleted), str(max(deleted.values()))) if deleted else Dropped()

    def _table(self) -> sa.TableClause:
        with self.engine.connect() as connection:
            return workflow_status(connection)

    def _ended(self, table: sa.TableClause, before: datetime) -> sa.Select[Any]:
        # What was parked is in no queue any more: dbos takes what it cancels out of it.
        parked = sa.and_(table.c.queue_name.is_(None), table.c.status == "CANCELLED", table.c.name.in_(self.names))
        ended = sa.and_(
            table.c.completed_at < int(before.timestamp() * 1000),
            table.c.status.in_(ENDED),
            sa.or_(table.c.queue_name.in_(QUEUES), parked),
        )
        return sa.select(table.c.workflow_uuid, table.c.completed_at).where(ended).order_by(table.c.completed_at)

    def _delete(self, query: sa.Select[Any]) -> dict[str, int]:
        with self.engine.connect() as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(query)}
        if found:
            DBOS.delete_workflows(list(found))
        return found
