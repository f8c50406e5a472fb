"""How often something was done lately, over all workers: actions of an archetype, and writes to a ticket."""

from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, Values, insert_on, lock_until_commit
from app.records.tables import capped_actions, failures, ticket_writes

# Any constants, the same for all workers on one PostgreSQL; with the second one goes the ticket's number.
ACTIONS_LOCK = 7_706_975_111
TICKETS_LOCK = 7_706


class CappedActions(TableAccess):
    """The caps of routing.yaml."""

    def allow(self, run_id: str, kind: str, archetype: str, *, since: str, now: str, cap: int) -> bool:
        """Take one of `cap` allowances of the time since `since`; False when they are used up.

        The same run asks as often as it likes and takes one: a retry must not use up what it was given.
        """
        row = {"run_id": run_id, "kind": kind, "archetype": archetype, "at": now}
        key, by = ("run_id", "kind"), ("kind", "archetype")
        with self._engine.begin() as connection:
            lock_until_commit(connection, ACTIONS_LOCK)
            return _take(connection, capped_actions, row, key=key, by=by, since=since, most=cap)

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
        row = {"run_id": run_id, "ticket_id": ticket_id, "at": now}
        key, by = ("run_id",), ("ticket_id",)
        with self._engine.begin() as connection:
            lock_until_commit(connection, TICKETS_LOCK, ticket_id % 2**31)
            return _take(connection, ticket_writes, row, key=key, by=by, since=since, most=most, latch=latch)

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


def _take(
    connection: sa.Connection,
    table: sa.Table,
    row: Values,
    *,
    key: tuple[str, ...],
    by: tuple[str, ...],
    since: str,
    most: int,
    latch: str = "",
) -> bool:
    """`by`: the columns in which the rows that are counted are like this one.

    One statement: on SQLite nothing can come between the count and the row.
    """
    taking = _taking(connection.dialect.name, table, tuple(row), key, by)
    return bool(connection.execute(taking, {**row, "since": since, "most": most, "latch": latch}).all())


@cache
def _taking(dialect: str, table: sa.Table, names: tuple[str, ...], key: tuple[str, ...], by: tuple[str, ...]) -> Any:
    """Made once: to put it together costs more than to run it."""
    row = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    mine = sa.exists().where(*(table.c[name] == row[name] for name in key))
    like_it = (*(table.c[name] == row[name] for name in by), table.c.at > sa.bindparam("since"))
    others = sa.select(sa.func.count()).select_from(table).where(*like_it).scalar_subquery()
    latched = sa.exists().where(failures.c.key == sa.bindparam("latch"), failures.c.state == "open")
    room = sa.or_(mine, others < sa.bindparam("most", type_=sa.Integer))
    insert = insert_on(dialect, table).from_select(list(names), sa.select(*row.values()).where(room, ~latched))
    # A row that is there already counts as taken too.
    kept = insert.on_conflict_do_update(index_elements=key, set_={key[0]: insert.excluded[key[0]]})
    return kept.returning(table.c[key[0]])
