"""What could not be done: kept until a person has dealt with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.statements import delete_some, insert_or_update
from app.records.tables import failures


@dataclass(frozen=True)
class Failure:
    key: str
    source: str
    ticket_id: int | None
    step: str
    reason: str
    message: str
    attempts: int
    payload: dict[str, Any] | None
    """What is needed to try again; never the text of a ticket."""
    failed_at: str
    state: str = "open"
    """`open`, `retried` or `ignored`."""
    because: str = ""
    """Why a person ignores it."""
    id: int | None = None


class Failures:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, failure: Failure) -> None:
        """Keep it; one that is known by its key is updated, so that a repeat does not make a second one."""
        values = {name: getattr(failure, name) for name in Failure.__dataclass_fields__ if name not in {"id", "key"}}
        insert_or_update(self._engine, failures, {"key": failure.key}, values)

    def by_id(self, failure_id: int) -> Failure | None:
        found = self._read(sa.select(failures).where(failures.c.id == failure_id))
        return found[0] if found else None

    def by_key(self, key: str) -> Failure | None:
        found = self._read(sa.select(failures).where(failures.c.key == key))
        return found[0] if found else None

    def newest(self, *, limit: int, state: str | None = "open", since: str = "") -> list[Failure]:
        """The newest first. `state` None: in any; `since`: failed at that time or later."""
        query = sa.select(failures).where(failures.c.failed_at >= since)
        if state is not None:
            query = query.where(failures.c.state == state)
        return self._read(query.order_by(failures.c.failed_at.desc(), failures.c.id.desc()).limit(limit))

    def open_of_ticket(self, ticket_id: int, reason: str) -> list[Failure]:
        return self._read(
            sa.select(failures)
            .where(failures.c.ticket_id == ticket_id, failures.c.reason == reason, failures.c.state == "open")
            .order_by(failures.c.id)
        )

    def open_since(self, since: str, *, after: int, limit: int) -> list[Failure]:
        """Open ones that failed at that time or later, the oldest first; `after`: the id where the last page ended."""
        return self._read(
            sa.select(failures)
            .where(failures.c.state == "open", failures.c.failed_at >= since, failures.c.id > after)
            .order_by(failures.c.id)
            .limit(limit)
        )

    def set_state(self, failure_id: int, state: str, *, because: str = "") -> None:
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(failures).where(failures.c.id == failure_id).values(state=state, because=because)
            )

    @staticmethod
    def mark_retried(connection: sa.Connection, failure_ids: Collection[int]) -> None:
        """Once the caller commits."""
        values = {"state": "retried", "because": ""}
        connection.execute(sa.update(failures).where(failures.c.id.in_(failure_ids)).values(**values))

    def counted_since(self, moment: str) -> dict[tuple[str, str], int]:
        """How many failed since then, by source and reason."""
        counted = (
            sa.select(failures.c.source, failures.c.reason, sa.func.count())
            .where(failures.c.failed_at > moment)
            .group_by(failures.c.source, failures.c.reason)
        )
        with self._engine.connect() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(counted)}

    def count_open(self) -> int:
        with self._engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(failures).where(failures.c.state == "open")
            return int(connection.execute(query).scalar_one())

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` that are older and dealt with; returns the count. Open ones stay."""
        old = sa.and_(failures.c.failed_at < before, failures.c.state != "open")
        return delete_some(self._engine, failures, old, limit=limit)

    def _read(self, query: sa.Select[Any]) -> list[Failure]:
        with self._engine.connect() as connection:
            return [
                Failure(**{name: row[name] for name in Failure.__dataclass_fields__})
                for row in connection.execute(query).mappings()
            ]
