"""How far a job came that works through something bit by bit: a time, or a cursor of the other side's."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.statements import insert_or_update
from app.records.tables import progress


@dataclass(frozen=True)
class Reached:
    value: str
    at: str
    """When it was written."""


class Progress:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, name: str) -> Reached | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(progress).where(progress.c.name == name)).mappings().first()
        return Reached(row["value"], row["at"]) if row else None

    def reached(self, name: str, value: str, *, now: str) -> Reached:
        insert_or_update(self._engine, progress, {"name": name}, {"value": value, "at": now})
        return Reached(value, now)
