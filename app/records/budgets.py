"""Budgets: what is left of a service's limits, for all workers together. One statement takes, or takes nothing.

A limit is a window with a number of allowances, as the services keep it. Work that must wait is given a turn: turns
are handed out in order and evenly, so that what waited comes back one by one, and not all when the window begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.inserting import insert_into
from app.records.tables import budgets
from integrations.rates import Rate

# Two answers of one window, read by clocks of whole seconds.
SAME_WINDOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Times are Unix seconds."""

    name: str
    total: int
    remaining: int
    ends: float
    """When all of `total` is there again."""
    seconds: float
    learned: bool
    line: float
    """Until when the turns are taken."""

    def left(self, now: float) -> int:
        return self.total if self.ends <= now else max(0, self.remaining)


class Budgets:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._greatest = sa.func.max if engine.dialect.name == "sqlite" else sa.func.greatest

    def take(
        self, name: str, count: int, *, now: float, floor: float, total: int | None, turn: bool, unless: str = ""
    ) -> Budget | None:
        """Take `count`; None: there are not so many, or no such budget. The state after it.

        floor: the share of the total that is left to others. total: what counts until the service says its own.
        turn: this is work whose turn has come; else what others have a turn for is not taken. unless: the name of a
        budget that must not be used up.
        """
        column = budgets.c
        limit = sa.case((column.learned, column.total), else_=total) if total is not None else column.total
        is_over = column.ends <= now
        have = sa.case((is_over, limit), else_=column.remaining)
        waited_for = sa.literal(0.0) if turn else self._turns_before(sa.literal(now), limit, floor)
        query = (
            sa.update(budgets)
            .where(column.name == name, have - count - waited_for >= floor * (limit - 1))
            .values(
                total=limit, remaining=have - count, ends=sa.case((is_over, now + column.seconds), else_=column.ends)
            )
            .returning(*budgets.columns)
        )
        if unless:
            other = budgets.alias()
            used_up = sa.and_(other.c.ends > now, other.c.remaining <= floor * other.c.total)
            query = query.where(~sa.exists().where(other.c.name == unless, used_up))
        return self._one(query)

    def _turns_before(self, now: sa.ColumnElement[float], limit: sa.ColumnElement[int], floor: float) -> sa.Case[float]:
        column = budgets.c
        return sa.case(
            (column.line > now, (column.line - now) * limit * (1.0 - floor) / column.seconds), else_=sa.literal(0.0)
        )

    def wait(self, name: str, *, now: float, floor: float) -> float | None:
        """The end of the line: seconds until one's turn. None: there is no such budget."""
        column = budgets.c
        one_turn = column.seconds / (column.total * (1.0 - floor))
        begins = self._greatest(self._greatest(column.line, column.ends), now)
        query = (
            sa.update(budgets)
            .where(column.name == name)
            .values(line=begins + one_turn)
            .returning(column.line - one_turn)
        )
        with self._engine.begin() as connection:
            begins_at = connection.execute(query).scalar()
        return None if begins_at is None else max(0.0, float(begins_at) - now)

    def create(self, name: str, total: int, *, now: float, seconds: float) -> None:
        """A budget that no answer told us of; nothing if it is there."""
        row = {"name": name, "total": total, "remaining": total, "ends": now + seconds, "seconds": seconds}
        with self._engine.begin() as connection:
            connection.execute(
                insert_into(self._engine, budgets).values(**row, learned=False, line=0.0).on_conflict_do_nothing()
            )

    def learn(self, name: str, rate: Rate, *, now: float, seconds: float) -> Budget | None:
        """What the service says is believed where it is less than we thought, and at the start of a new window.

        What is more may be an old answer, which does not know of the calls that were sent since.
        """
        column = budgets.c
        ends = now + rate.resets
        row = {"name": name, "total": rate.total, "remaining": rate.remaining, "ends": ends, "seconds": seconds}
        begins = sa.or_(column.ends <= now, column.ends < ends - SAME_WINDOW_SECONDS, ~column.learned)
        less = sa.case((column.remaining < rate.remaining, column.remaining), else_=rate.remaining)
        query = (
            insert_into(self._engine, budgets)
            .values(**row, learned=True, line=0.0)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "total": rate.total,
                    "remaining": sa.case((begins, rate.remaining), else_=less),
                    "ends": sa.case((begins, ends), else_=column.ends),
                    "learned": True,
                },
            )
            .returning(*budgets.columns)
        )
        return self._one(query)

    def empty(self, name: str, *, now: float, seconds: float) -> None:
        """Nothing is left for so long: the service refused. Only where its answers never say what is left."""
        column = budgets.c
        query = sa.update(budgets).where(column.name == name, ~column.learned)
        with self._engine.begin() as connection:
            connection.execute(query.values(remaining=0, ends=now + seconds))

    def shorten(self, name: str, *, now: float, waiting: int, floor: float) -> None:
        """So many still wait for their turn: the others were served without one."""
        column = budgets.c
        line = self._greatest(column.ends, now) + waiting * column.seconds / (column.total * (1.0 - floor))
        with self._engine.begin() as connection:
            connection.execute(sa.update(budgets).where(column.name == name, column.line > line).values(line=line))

    def of(self, name: str) -> Budget | None:
        return self._one(sa.select(budgets).where(budgets.c.name == name))

    def all(self) -> list[Budget]:
        with self._engine.connect() as connection:
            return [Budget(**row) for row in connection.execute(sa.select(budgets)).mappings()]

    def forget(self, *, ended_before: float) -> None:
        """Budgets of single tickets and projects that nobody used for long."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(budgets).where(budgets.c.ends < ended_before))

    def _one(self, query: sa.Executable) -> Budget | None:
        with self._engine.begin() as connection:
            row = connection.execute(query).mappings().first()
        return Budget(**row) if row else None
