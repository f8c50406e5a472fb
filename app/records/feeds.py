"""How far each feed was read, and how it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import feeds

BLOCKED_LOOKS = 3
"""In a row: one alone happens to every source."""
FeedState = Literal["not_read", "empty", "items", "blocked"]


@dataclass(frozen=True)
class FeedStatus:
    """One feed. Times are ISO-8601 UTC."""

    name: str
    first_look_at: str
    next_look_at: str
    position: Mapping[str, Any] = field(default_factory=dict)
    state: FeedState = "not_read"
    why: str = ""
    blocked_looks: int = 0
    """In a row."""
    read_at: str | None = None
    """When it was last read without an error."""
    items_at: str | None = None

    @property
    def is_blocked(self) -> bool:
        """So long that people should look at it."""
        return self.blocked_looks >= BLOCKED_LOOKS

    def is_due(self, now: datetime) -> bool:
        return datetime.fromisoformat(self.next_look_at) <= now

    def read(self, position: Mapping[str, Any], *, new: int, now: datetime, wait: timedelta) -> Self:
        at = now.isoformat()
        return replace(
            self,
            position=position,
            state="items" if new else "empty",
            why="",
            blocked_looks=0,
            next_look_at=(now + wait).isoformat(),
            read_at=at,
            items_at=at if new else self.items_at,
        )

    def put_off(self, until: datetime) -> Self:
        return replace(self, next_look_at=until.isoformat())

    def blocked(self, why: str, *, now: datetime, wait: timedelta) -> Self:
        """The position stays: nothing that came meanwhile is lost."""
        return replace(
            self,
            state="blocked",
            why=why,
            blocked_looks=self.blocked_looks + 1,
            next_look_at=(now + wait).isoformat(),
        )


class Feeds(TableAccess):
    def of(self, name: str, now: datetime) -> FeedStatus:
        """One that was never read is due."""
        known = self._first(FeedStatus, sa.select(feeds).where(feeds.c.name == name))
        return known or FeedStatus(name, first_look_at=now.isoformat(), next_look_at=now.isoformat())

    def keep(self, status: FeedStatus) -> None:
        values = asdict(status)
        self._insert_or_update(feeds, {"name": values.pop("name")}, {**values, "position": dict(status.position)})

    def all(self) -> list[FeedStatus]:
        return self._read(FeedStatus, sa.select(feeds).order_by(feeds.c.name))
