"""Work that waits for the end of a pause: it costs nothing while it waits, and goes on in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.statements import insert_into
from app.records.tables import suspended_work


@dataclass(frozen=True)
class SuspendedItem:
    id: int
    what: str
    key: str
    payload: dict[str, Any]


class SuspendedWork:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, what: str, key: str, payload: dict[str, Any], *, at: str) -> None:
        """Once for each key."""
        with self._engine.begin() as connection:
            connection.execute(
                insert_into(self._engine, suspended_work)
                .values(what=what, key=key, payload=payload, at=at)
                .on_conflict_do_nothing(index_elements=["key"])
            )

    def oldest(self, what: str, *, limit: int) -> list[SuspendedItem]:
        query = (
            sa.select(suspended_work).where(suspended_work.c.what == what).order_by(suspended_work.c.id).limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                SuspendedItem(row["id"], row["what"], row["key"], dict(row["payload"]))
                for row in connection.execute(query).mappings()
            ]

    def forget(self, ids: Sequence[int]) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(suspended_work).where(suspended_work.c.id.in_(ids)))

    def count(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(suspended_work)).scalar_one())
