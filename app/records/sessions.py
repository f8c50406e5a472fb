"""Who is signed in at the desk: one row per browser, found by the digest of its cookie."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import sessions

Role = Literal["read", "operate"]


@dataclass(frozen=True)
class Session:
    digest: str
    name: str
    role: Role
    vouched_by: str
    begun_at: str
    seen_at: str
    ends_at: str


class Sessions(TableAccess):
    def add(self, session: Session) -> None:
        self._change(sa.insert(sessions).values(**asdict(session)))

    def of(self, digest: str) -> Session | None:
        return self._first(Session, sa.select(sessions).where(sessions.c.digest == digest))

    def seen(self, digest: str, at: str) -> None:
        self._change(sa.update(sessions).where(sessions.c.digest == digest).values(seen_at=at))

    def end(self, digest: str) -> None:
        self._change(sa.delete(sessions).where(sessions.c.digest == digest))

    def end_all_of(self, name: str, roles: Collection[Role]) -> int:
        """Returns the count."""
        return self._change(sa.delete(sessions).where(sessions.c.name == name, sessions.c.role.in_(roles)))

    def prune(self, now: str, *, limit: int) -> int:
        """Delete up to `limit` whose end has come; returns the count."""
        return self._delete_some(sessions, sessions.c.ends_at <= now, limit=limit)

    def end_idle(self, *, seen_before: str, now: str) -> int:
        """Delete those that are over; returns the count."""
        over = (sessions.c.seen_at <= seen_before) | (sessions.c.ends_at <= now)
        return self._change(sa.delete(sessions).where(over))
