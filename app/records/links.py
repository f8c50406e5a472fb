"""Links between tickets and issues; ids are the key, addresses change. A row is also the claim to open an issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.tables import links

How = Literal["opened", "linked"]


@dataclass(frozen=True)
class Link:
    ticket_id: int
    intent: str
    project_id: int
    project: str
    iid: int | None
    """None while the issue is being opened: nobody knows yet whether it exists."""
    url: str
    state: str
    how: str
    marker: str
    created_at: str
    updated_at: str


class Links:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, ticket_id: int, intent: str) -> Link | None:
        found = self._read(sa.select(links).where(links.c.ticket_id == ticket_id, links.c.intent == intent))
        return found[0] if found else None

    def of_ticket(self, ticket_id: int) -> list[Link]:
        """Links to issues that exist."""
        return self._read(
            sa.select(links).where(links.c.ticket_id == ticket_id, links.c.iid.is_not(None)).order_by(links.c.id)
        )

    def claim(self, ticket_id: int, intent: str, *, project_id: int, project: str, marker: str, now: str) -> bool:
        """Say that an issue will be opened, before it is. False when it was said before: then look, don't open.

        The unique key decides between two workers on one ticket.
        """
        row = {
            "ticket_id": ticket_id,
            "intent": intent,
            "project_id": project_id,
            "project": project,
            "state": "opening",
            "how": "opened",
            "marker": marker,
            "created_at": now,
            "updated_at": now,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(links).values(**row))
        except IntegrityError:
            return False
        return True

    def release(self, ticket_id: int, intent: str) -> None:
        """Take the claim back: it is certain that no issue was opened."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.delete(links).where(links.c.ticket_id == ticket_id, links.c.intent == intent, links.c.iid.is_(None))
            )

    def touch(self, ticket_id: int, intent: str, *, now: str) -> None:
        """Note the time of the last try to open."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(links).where(links.c.ticket_id == ticket_id, links.c.intent == intent).values(updated_at=now)
            )

    def settle(
        self,
        ticket_id: int,
        intent: str,
        *,
        project_id: int,
        project: str,
        iid: int,
        url: str,
        state: str,
        how: How,
        now: str,
    ) -> None:
        """The ticket has this issue: fills the claim, or makes a new row."""
        values = {
            "project_id": project_id,
            "project": project,
            "iid": iid,
            "url": url,
            "state": state,
            "how": how,
            "updated_at": now,
        }
        with self._engine.begin() as connection:
            changed = connection.execute(
                sa.update(links).where(links.c.ticket_id == ticket_id, links.c.intent == intent).values(**values)
            )
            if changed.rowcount == 0:
                connection.execute(
                    sa.insert(links).values(ticket_id=ticket_id, intent=intent, marker="", created_at=now, **values)
                )

    def _read(self, query: sa.Select[Any]) -> list[Link]:
        with self._engine.connect() as connection:
            return [
                Link(**{name: row[name] for name in Link.__dataclass_fields__})
                for row in connection.execute(query).mappings()
            ]
