"""How often we wrote to a ticket lately: the budget against loops is kept over all workers."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app.records.inserting import insert_into
from app.records.pruning import delete_some
from app.records.tables import ticket_writes

# Any constant, the same for all workers on one PostgreSQL; the ticket's number goes with it.
LOCK = 7_706


class TicketWrites:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def allow(self, ticket_id: int, run_id: str, *, since: str, now: str, most: int) -> bool:
        """Take one of `most` writes to this ticket since `since`; False when they are used up.

        The same run asks as often as it likes and takes one: a retry or a conflict is the same write.
        """
        with self._engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(
                    sa.text("select pg_advisory_xact_lock(:space, :ticket)"),
                    {"space": LOCK, "ticket": ticket_id % 2**31},
                )
            # Written first: SQLite's lock is taken by the first write, and would not cover a count before it.
            mine = insert_into(self._engine, ticket_writes).values(run_id=run_id, ticket_id=ticket_id, at=now)
            if connection.execute(mine.on_conflict_do_nothing(index_elements=["run_id"])).rowcount == 0:
                return True
            used = connection.execute(
                sa.select(sa.func.count())
                .select_from(ticket_writes)
                .where(ticket_writes.c.ticket_id == ticket_id, ticket_writes.c.at > since)
            ).scalar_one()
            if used <= most:
                return True
            connection.execute(sa.delete(ticket_writes).where(ticket_writes.c.run_id == run_id))
            return False

    def give_back(self, run_id: str) -> None:
        """It wrote nothing."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(ticket_writes).where(ticket_writes.c.run_id == run_id))

    @staticmethod
    def release(connection: sa.Connection, ticket_ids: Collection[int]) -> None:
        """A person lets the tickets go on: they are counted from nothing, once the caller commits."""
        connection.execute(sa.delete(ticket_writes).where(ticket_writes.c.ticket_id.in_(ticket_ids)))

    def forget(self, before: str, *, most: int) -> int:
        """Drop so many at most of those that are older, and how many that were."""
        return delete_some(self._engine, ticket_writes, ticket_writes.c.at < before, most=most)
