"""Who changed what by hand, and when: at the desk, through the API, or with a command."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import audit

MOST_LISTED = 200
LONGEST_ABOUT = 255


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    at: str
    session: str = ""
    """Empty: through the API or a command."""
    name: str
    role: str
    what: str
    """A verb: pause, resume, retry, ignore, link, ..."""
    about: str
    """What it was done to: `ticket 7`, `failure 3`, `all`."""
    before: Any = None
    """As JSON: what it was, and what it is to be."""
    after: Any = None
    id: int | None = None


class Audit(TableAccess):
    def add(self, entry: AuditEntry) -> None:
        """Before the deed: what is tried and fails has its entry too."""
        values = {**asdict(entry), "about": entry.about[:LONGEST_ABOUT]}
        del values["id"]
        self._change(sa.insert(audit).values(**values))

    def newest(
        self, *, limit: int = 50, before: int | None = None, what: str = "", about: str = "", name: str = ""
    ) -> list[AuditEntry]:
        """`before`: the id where the last page ended. What is empty lets all through."""
        wanted = {"what": what, "about": about, "name": name}
        query = sa.select(audit).where(*(audit.c[key] == value for key, value in wanted.items() if value))
        if before is not None:
            query = query.where(audit.c.id < before)
        return self._read(AuditEntry, query.order_by(audit.c.id.desc()).limit(min(limit, MOST_LISTED)))

    def of(self, things: Collection[str], *, limit: int = 50) -> list[AuditEntry]:
        """What was done to any of these, the newest first."""
        query = sa.select(audit).where(audit.c.about.in_(things))
        return self._read(AuditEntry, query.order_by(audit.c.id.desc()).limit(limit))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        return self._delete_some(audit, audit.c.at < before, limit=limit)
