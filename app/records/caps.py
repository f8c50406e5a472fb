"""How often something was done lately, over all workers: actions of an archetype, and writes to a ticket."""

from collections.abc import Collection
from functools import cache

import sqlalchemy as sa

from app.records.database import TableAccess, insert_on, lock_until_commit
from app.records.prepared import PreparedStatement
from app.records.tables import capped_actions, failures, ticket_writes

# Any constants, the same for all workers on one PostgreSQL; with the second one goes the number of the ticket.
ACTIONS_LOCK = 7_706_975_111
TICKETS_LOCK = 7_706


class CappedActions(TableAccess):
    """The caps of routing.yaml."""

    def allow(self, run_id: str, kind: str, archetype: str, *, since: str, now: str, cap: int) -> bool:
        """Take one of `cap` allowances of the time since `since`; False when they are used up.

        The same run asks as often as it likes and takes one: a retry must not use up what it was given.
        """
        asked = {"run_id": run_id, "kind": kind, "archetype": archetype, "at": now, "since": since, "cap": cap}
        with self._engine.begin() as connection:
            lock_until_commit(connection, ACTIONS_LOCK)
            return bool(_take_action(connection.dialect.name).tuples(connection, asked))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count.

        Only the first rows are looked at: they were written in the order of time, which has no index here.
        """
        first = sa.select(capped_actions.c.id).order_by(capped_actions.c.id).limit(limit)
        old = sa.and_(capped_actions.c.at < before, capped_actions.c.id.in_(first))
        return self._delete_some(capped_actions, old, limit=limit)


class TicketWrites(TableAccess):
    """The budget against loops."""

    def allow(self, ticket_id: int, run_id: str, *, since: str, now: str, most: int, latch: str = "") -> bool:
        """Take one of `most` writes to this ticket since `since`; False when they are used up, or latched.

        The same run asks as often as it likes and takes one: a retry or a conflict is the same write. `latch`: the key
        of the failure that keeps the ticket from being written to, while it is open.
        """
        asked = {"run_id": run_id, "ticket_id": ticket_id, "at": now, "since": since, "most": most, "latch": latch}
        with self._engine.begin() as connection:
            lock_until_commit(connection, TICKETS_LOCK, ticket_id % 2**31)
            return bool(_take_write(connection.dialect.name).tuples(connection, asked))

    def give_back(self, run_id: str) -> None:
        """It wrote nothing."""
        self._change(sa.delete(ticket_writes).where(ticket_writes.c.run_id == run_id))

    @staticmethod
    def release(connection: sa.Connection, ticket_ids: Collection[int]) -> None:
        """A person lets the tickets go on: they are counted from nothing, once the caller commits."""
        connection.execute(sa.delete(ticket_writes).where(ticket_writes.c.ticket_id.in_(ticket_ids)))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        return self._delete_some(ticket_writes, ticket_writes.c.at < before, limit=limit)


@cache
def _take_action(dialect: str) -> PreparedStatement:
    """One statement: on SQLite nothing can come between the count and the row."""
    table = capped_actions
    row = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("run_id", "kind", "archetype", "at")}
    mine = sa.exists().where(table.c.run_id == row["run_id"], table.c.kind == row["kind"])
    like_it = (table.c.kind == row["kind"], table.c.archetype == row["archetype"], table.c.at > sa.bindparam("since"))
    others = sa.select(sa.func.count()).select_from(table).where(*like_it).scalar_subquery()
    room = sa.or_(mine, others < sa.bindparam("cap", type_=sa.Integer))
    insert = insert_on(dialect, table).from_select(list(row), sa.select(*row.values()).where(room))
    # A row that is there already counts as taken too.
    kept = insert.on_conflict_do_update(index_elements=["run_id", "kind"], set_={"run_id": insert.excluded.run_id})
    return PreparedStatement(kept.returning(table.c.run_id))


@cache
def _take_write(dialect: str) -> PreparedStatement:
    """One statement, as above."""
    table = ticket_writes
    row = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("run_id", "ticket_id", "at")}
    mine = sa.exists().where(table.c.run_id == row["run_id"])
    of_ticket = (table.c.ticket_id == row["ticket_id"], table.c.at > sa.bindparam("since"))
    others = sa.select(sa.func.count()).select_from(table).where(*of_ticket).scalar_subquery()
    latched = sa.exists().where(failures.c.key == sa.bindparam("latch"), failures.c.state == "open")
    room = sa.or_(mine, others < sa.bindparam("most", type_=sa.Integer))
    insert = insert_on(dialect, table).from_select(list(row), sa.select(*row.values()).where(room, ~latched))
    kept = insert.on_conflict_do_update(index_elements=["run_id"], set_={"run_id": insert.excluded.run_id})
    return PreparedStatement(kept.returning(table.c.run_id))
