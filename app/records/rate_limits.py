"""What is left of each service's limits, for all workers together.

A limit is a window with a number of calls, as the services count. Each change reads its rows, decides and writes them
in one transaction that locks them, so no call is counted twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, insert_into, upsert
from app.records.prepared import PreparedStatement
from app.records.tables import rate_limits
from integrations.rates import Rate

# Two answers of one window, read by clocks of whole seconds.
SAME_WINDOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Times are Unix seconds."""

    name: str
    total: int
    remaining: int
    ends: float
    """When all of `total` is there again."""
    seconds: float
    """How long a window is."""
    learned: bool
    """The service said the total."""
    put_off: int = 0
    """Calls that were put off in this window."""

    def left(self, now: float) -> int:
        return self.total if self.ends <= now else max(0, self.remaining)

    def free(self, kept: float) -> float:
        """How many calls may go when this share of the total is left to others."""
        return self.remaining - kept * (self.total - 1)

    def knows(self, rate: Rate, now: float) -> bool:
        """Was the rate of this window learned before?"""
        same_window = now < self.ends and self.ends >= now + rate.resets - SAME_WINDOW_SECONDS
        return self.learned and same_window and self.total == rate.total

    def at(self, now: float) -> "RateLimit":
        """A window that is over is followed by a full one."""
        if self.ends > now:
            return self
        return replace(self, remaining=self.total, ends=now + self.seconds, put_off=0)


@dataclass(frozen=True, slots=True)
class TakenCalls:
    count: int = 0
    """0: nothing, because `refused` is used up."""
    limits: tuple[RateLimit, ...] = ()
    """As they are after it."""
    refused: RateLimit | None = None


_UPDATE = PreparedStatement(
    sa.update(rate_limits).where(rate_limits.c.name == sa.bindparam("of")),
    [one.name for one in fields(RateLimit) if one.name != "name"],
)
# Of what is free, one process takes so much at once: with little room it takes call by call.
SHARE_AT_ONCE = 16


class RateLimits(TableAccess):
    def take(
        self,
        names: Mapping[str, int | None],
        *,
        now: float,
        kept: float,
        seconds: float,
        most: int = 1,
        unspent: int = 0,
        windows: Mapping[str, float] | None = None,
    ) -> TakenCalls:
        """Take at least one and up to `most` calls from each limit, or from none when one of them is used up.

        names: with what counts as the total until the service says its own; None: no limit until then. kept: the share
        of each total that is left to others. unspent: given back to limits whose window still ends as in `windows`,
        which are those that the last take answered.
        """
        again = self._take_again(names, now=now, kept=kept, count=most, unspent=unspent, windows=windows or {})
        if again:
            return again
        if not windows and all(total is None for total in names.values()):
            with self._reader.connect() as reader:
                if not self._known(reader, names):
                    return TakenCalls(most)
        with begin_locked(self._engine) as connection:
            found = self._known(connection, names)
            new = [
                RateLimit(name, total, total, now + seconds, seconds, learned=False)
                for name, total in names.items()
                if total is not None and name not in found
            ]
            if new:
                # Another worker may have made them since. Read again: whoever came second must not overwrite.
                insert = insert_into(self._engine, rate_limits).on_conflict_do_nothing()
                connection.execute(insert, [asdict(limit) for limit in new])
                found = self._known(connection, names)
            limits = [_configured(found[name], total).at(now) for name, total in names.items() if name in found]
            ends = windows or {}
            limits = [
                replace(one, remaining=one.remaining + unspent) if ends.get(one.name) == one.ends else one
                for one in limits
            ]
            for limit in limits:
                if limit.free(kept) < 1:
                    refused = replace(limit, put_off=limit.put_off + 1)
                    self._write(connection, [refused if one is limit else one for one in limits] if ends else [refused])
                    return TakenCalls(refused=refused)
            count = max(1, min([most, *(int(limit.free(kept)) // SHARE_AT_ONCE for limit in limits)]))
            limits = [replace(limit, remaining=limit.remaining - count) for limit in limits]
            self._write(connection, limits)
        return TakenCalls(count, tuple(limits))

    def _take_again(
        self,
        names: Mapping[str, int | None],
        *,
        now: float,
        kept: float,
        count: int,
        unspent: int,
        windows: Mapping[str, float],
    ) -> TakenCalls | None:
        """In one statement, while all is as it was: the same limits in the same windows, and room for `count`."""
        if not windows or min(windows.values()) <= now:
            return None
        order = sorted(names, key=lambda name: (name not in windows, name))
        given: dict[str, object] = {f"name_{number}": name for number, name in enumerate(order)}
        given |= {f"ends_{number}": windows[name] for number, name in enumerate(order) if name in windows}
        least = count * SHARE_AT_ONCE if count > 1 else 1
        asked = {**given, "count": count - unspent, "kept": kept, "least": least - unspent}
        with begin_locked(self._engine) as connection:
            rows = _take_again(connection.dialect.name, len(windows), len(names)).rows(connection, asked)
            limits = tuple(RateLimit(**row) for row in rows)
            same = len(limits) == len(windows) and all(_configured(one, names[one.name]) == one for one in limits)
            if rows and not same:
                connection.rollback()
        return TakenCalls(count, limits) if same else None

    def learn(self, name: str, rate: Rate, *, now: float, seconds: float) -> RateLimit:
        """Believe the service where it says less than we thought, and when a new window begins. What holds then.

        What is more may be an old answer, which does not know of the calls that were sent since.
        """
        ends = now + rate.resets
        with begin_locked(self._engine) as connection:
            learned = RateLimit(name, rate.total, rate.remaining, ends, seconds, learned=True)
            known = self._known(connection, [name]).get(name)
            if known and known.learned and known.ends > now and known.ends >= ends - SAME_WINDOW_SECONDS:
                remaining = min(known.remaining, rate.remaining)
                learned = replace(learned, remaining=remaining, ends=known.ends, put_off=known.put_off)
            self._upsert(connection, learned)
        return learned

    def use_up(self, name: str, total: int, *, now: float, seconds: float) -> None:
        """Leave nothing for so long: the service refused. Only where its answers never say what is left."""
        with begin_locked(self._engine) as connection:
            known = self._known(connection, [name]).get(name)
            if known is None or not known.learned:
                self._upsert(connection, RateLimit(name, total, 0, now + seconds, seconds, learned=False))

    def all(self) -> list[RateLimit]:
        return self._read(RateLimit, sa.select(rate_limits))

    def forget(self, *, ended_before: float) -> None:
        """Delete limits of single tickets and projects that nobody used for long."""
        self._change(sa.delete(rate_limits).where(rate_limits.c.ends < ended_before))

    @staticmethod
    def _known(connection: sa.Connection, names: Iterable[str]) -> dict[str, RateLimit]:
        # In one order, so that two workers never wait for each other.
        given = {f"name_{number}": name for number, name in enumerate(names)}
        return {row["name"]: RateLimit(**row) for row in _known(len(given)).rows(connection, given)}

    @staticmethod
    def _write(connection: sa.Connection, limits: Iterable[RateLimit]) -> None:
        for limit in limits:
            _UPDATE.run(connection, {**asdict(limit), "of": limit.name})

    @staticmethod
    def _upsert(connection: sa.Connection, limit: RateLimit) -> None:
        values = asdict(limit)
        upsert(connection, rate_limits, {"name": values.pop("name")}, values)


@cache
def _known(count: int) -> PreparedStatement:
    these = rate_limits.c.name.in_([sa.bindparam(f"name_{number}") for number in range(count)])
    return PreparedStatement(sa.select(rate_limits).where(these).order_by(rate_limits.c.name).with_for_update())


@cache
def _take_again(dialect: str, windows: int, names: int) -> PreparedStatement:
    """From so many limits with a known window; one that has a row since, of all `names`, is answered with them."""
    table = rate_limits
    room = table.c.remaining - sa.bindparam("kept", type_=sa.Float) * (table.c.total - 1) >= sa.bindparam("least")
    these = [table.c.name == sa.bindparam(f"name_{number}") for number in range(names)]
    known = [
        sa.and_(name, table.c.ends == sa.bindparam(f"ends_{number}"), room)
        for number, name in enumerate(these[:windows])
    ]
    taken = sa.update(table).where(sa.or_(*known, *these[windows:]))
    if dialect != "sqlite":  # there it would begin with WITH, for which Python's driver begins no transaction
        # In one order, as above.
        locked = sa.select(table.c.name).where(sa.or_(*these)).order_by(table.c.name).with_for_update().cte("locked")
        taken = taken.where(table.c.name.in_(sa.select(locked.c.name)))
    taken = taken.values(remaining=table.c.remaining - sa.bindparam("count", type_=sa.Integer))
    return PreparedStatement(taken.returning(table))


def _configured(limit: RateLimit, total: int | None) -> RateLimit:
    return limit if limit.learned or total is None else replace(limit, total=total)
