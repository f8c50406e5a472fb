"""Deletes work that ended: dbos deletes nothing by itself."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from dbos import DBOS

from app.records.database import PrunedBatch
from app.work.engine.backlog import workflow_status
from app.work.engine.queues import BULK, CRON_KEYS, QUEUES

ENDED = ("SUCCESS", "ERROR", "CANCELLED")


@dataclass(frozen=True)
class EndedWork:
    """For a step of a workflow. Times are those of the database's clock."""

    engine: sa.Engine
    names: Collection[str]
    """The workflows that are ours."""

    def forget(self, before: datetime, *, most: int) -> int:
        """Delete at most `most` that ended before; how many were deleted."""
        return len(self._delete(self._ended(workflow_status(self.engine), before).limit(most)))

    def forget_scheduled(self, since: int, before: datetime, *, most: int) -> PrunedBatch:
        """Delete at most `most` scheduled runs that ended in between. `since` and `reached` are Unix ms."""
        table = workflow_status(self.engine)
        ours = sa.and_(
            table.c.queue_name == BULK,
            table.c.completed_at >= since,
            table.c.workflow_uuid.startswith(CRON_KEYS, autoescape=True),
        )
        deleted = self._delete(self._ended(table, before).where(ours).limit(most))
        return PrunedBatch(len(deleted), str(max(deleted.values()))) if deleted else PrunedBatch()

    def forget_texts(self, partition: str, kind: str, ids: Collection[str]) -> int:
        """Delete what ended in the partition, and work of the kind that was given one of the ids: it holds texts."""
        table = workflow_status(self.engine)
        given = sa.table("workflow_input", sa.column("workflow_uuid"), sa.column("inputs"), schema=table.schema)

        def names_one(inputs: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
            return sa.or_(sa.false(), *(inputs.contains(f'"id":{json.dumps(one)}', autoescape=True) for one in ids))

        elsewhere = sa.exists().where(given.c.workflow_uuid == table.c.workflow_uuid, names_one(given.c.inputs))
        of_kind = sa.and_(table.c.name == kind, sa.or_(names_one(table.c.inputs), elsewhere))
        about = sa.or_(table.c.queue_partition_key == partition, of_kind)
        ended = sa.select(table.c.workflow_uuid, table.c.completed_at).where(table.c.status.in_(ENDED), about)
        return len(self._delete(ended))

    def _ended(self, table: sa.TableClause, before: datetime) -> sa.Select[Any]:
        # What was quarantined is in no queue any more: dbos takes out of it what it cancels.
        quarantined = sa.and_(table.c.queue_name.is_(None), table.c.status == "CANCELLED", table.c.name.in_(self.names))
        ended = sa.and_(
            table.c.completed_at < int(before.timestamp() * 1000),
            table.c.status.in_(ENDED),
            sa.or_(table.c.queue_name.in_(QUEUES), quarantined),
        )
        return sa.select(table.c.workflow_uuid, table.c.completed_at).where(ended).order_by(table.c.completed_at)

    def _delete(self, query: sa.Select[Any]) -> dict[str, int]:
        with self.engine.connect() as connection:
            found = {row[0]: int(row[1] or 0) for row in connection.execute(query)}
        if found:
            DBOS.delete_workflows(list(found))
        return found
