"""How often what was done lately: the caps of routing.yaml are kept over all workers."""

from __future__ import annotations

import sqlalchemy as sa

from app.records.inserting import insert_into
from app.records.pruning import delete_some
from app.records.tables import performed

# Any constant, the same for all workers on one PostgreSQL.
LOCK = 7_706_975_111


class Performed:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def allow(self, run_id: str, kind: str, archetype: str, *, since: str, now: str, cap: int) -> bool:
        """Take one of `cap` allowances of the time since `since`; False when they are used up.

        The same run asks as often as it likes and takes one: a retry must not use up what it was given.
        """
        with self._engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
            # Written first: SQLite's lock is taken by the first write, and would not cover a count before it.
            mine = insert_into(self._engine, performed).values(run_id=run_id, kind=kind, archetype=archetype, at=now)
            if connection.execute(mine.on_conflict_do_nothing(index_elements=["run_id", "kind"])).rowcount == 0:
                return True
            used = connection.execute(
                sa.select(sa.func.count())
                .select_from(performed)
                .where(performed.c.kind == kind, performed.c.archetype == archetype, performed.c.at > since)
            ).scalar_one()
            if used <= cap:
                return True
            connection.execute(sa.delete(performed).where(performed.c.run_id == run_id, performed.c.kind == kind))
            return False

    def forget(self, before: str, *, most: int) -> int:
        """Drop so many at most of those that are older, and how many that were.

        Only the first rows are looked at: they were written in the order of time, which has no index here.
        """
        first = sa.select(performed.c.id).order_by(performed.c.id).limit(most)
        old = sa.and_(performed.c.at < before, performed.c.id.in_(first))
        return delete_some(self._engine, performed, old, most=most)
