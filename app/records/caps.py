"""How often an action of an archetype was done lately, over all workers."""

from functools import cache

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, insert_on, lock_until_commit
from app.records.prepared import PreparedStatement
from app.records.tables import capped_actions

# Any constant, the same for all workers on one PostgreSQL.
ACTIONS_LOCK = 7_706_975_111


class CappedActions(TableAccess):
    """The caps of routing.yaml."""

    def allow(self, run_id: str, kind: str, archetype: str, *, since: str, now: str, cap: int) -> bool:
        """Take one of `cap` allowances of the time since `since`; False when they are used up.

        The same run asks as often as it likes and takes one: a retry must not use up what it was given.
        """
        with begin_locked(self._engine) as connection:
            return self.allow_within(connection, run_id, kind, archetype, since=since, now=now, cap=cap)

    @staticmethod
    def allow_within(
        connection: sa.Connection, run_id: str, kind: str, archetype: str, *, since: str, now: str, cap: int
    ) -> bool:
        """The same, once the caller commits."""
        asked = {"run_id": run_id, "kind": kind, "archetype": archetype, "at": now, "since": since, "cap": cap}
        lock_until_commit(connection, ACTIONS_LOCK)
        return bool(_take_action(connection.dialect.name).tuples(connection, asked))

    def count(self, kind: str, archetype: str, *, since: str) -> int:
        """How many were taken since then."""
        with self._reader.connect() as connection:
            return int(_COUNT.tuples(connection, {"kind": kind, "archetype": archetype, "since": since})[0][0])

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count.

        Only the first rows are looked at: they were written in the order of time, which has no index here.
        """
        first = sa.select(capped_actions.c.id).order_by(capped_actions.c.id).limit(limit)
        old = sa.and_(capped_actions.c.at < before, capped_actions.c.id.in_(first))
        return self._delete_some(capped_actions, old, limit=limit)


_LIKE_IT = (
    capped_actions.c.kind == sa.bindparam("kind"),
    capped_actions.c.archetype == sa.bindparam("archetype"),
    capped_actions.c.at > sa.bindparam("since"),
)
_COUNT = PreparedStatement(sa.select(sa.func.count()).select_from(capped_actions).where(*_LIKE_IT))


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
