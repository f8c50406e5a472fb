"""How far a job came that works through something bit by bit: a time, or a cursor of the other side's."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import progress


@dataclass(frozen=True)
class Reached:
    value: str
    at: str
    """When it was written."""


class Progress(TableAccess):
    def of(self, name: str) -> Reached | None:
        return self._first(Reached, sa.select(progress).where(progress.c.name == name))

    def reached(self, name: str, value: str, *, now: str) -> Reached:
        self._insert_or_update(progress, {"name": name}, {"value": value, "at": now})
        return Reached(value, now)
