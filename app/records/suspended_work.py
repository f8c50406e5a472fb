"""Work that waits for the end of a pause: it costs nothing while it waits, and goes on in its order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import suspended_work


@dataclass(frozen=True)
class SuspendedItem:
    id: int
    what: str
    key: str
    payload: dict[str, Any]


class SuspendedWork(TableAccess):
    def keep(self, what: str, key: str, payload: dict[str, Any], *, at: str) -> None:
        """Once for each key."""
        self._insert_once(suspended_work, ["key"], {"what": what, "key": key, "payload": payload, "at": at})

    def oldest(self, what: str, *, limit: int) -> list[SuspendedItem]:
        query = sa.select(suspended_work).where(suspended_work.c.what == what)
        return self._read(SuspendedItem, query.order_by(suspended_work.c.id).limit(limit))

    def delete(self, ids: Sequence[int]) -> None:
        self._change(sa.delete(suspended_work).where(suspended_work.c.id.in_(ids)))

    def count(self) -> int:
        return self._count(suspended_work)
