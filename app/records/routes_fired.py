"""How often each route decided, how often people changed that, and what routes in shadow would have decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.corrections import Precision
from app.records.database import TableAccess, insert_into
from app.records.decision_list import unindexed
from app.records.decisions import FOLLOWING, Decision
from app.records.tables import decisions, shadow_hits

ROUTE = "route:"
_Row = Mapping[str, Any] | sa.RowMapping


@dataclass(frozen=True)
class ShadowCount:
    """Of a route in shadow."""

    would: int = 0
    """Decisions that it would have made."""
    as_decided: int = 0
    """Of these, how many came to the same archetype without it."""
    as_corrected: int = 0
    """Of the others, how many a person changed to what it would have said."""
    last_at: str | None = None


@dataclass(frozen=True)
class FiredCount:
    """What became of a route since a time."""

    route: str
    precision: Precision
    last_at: str | None
    shadow: ShadowCount

    @property
    def fired(self) -> int:
        return self.precision.decided


@dataclass(frozen=True)
class ShadowHit:
    """A ticket that a route in shadow would have decided."""

    ticket_id: int
    archetype: str
    """Which it would have said."""
    at: str
    decided: str | None
    """What was decided instead."""
    corrected_to: str | None


@dataclass(frozen=True)
class FiredSince:
    """What was counted since a time."""

    _fired: Sequence[_Row]
    """By archetype and what decided."""
    _shadows: Mapping[str, _Row]

    def routes(self, names: Sequence[str]) -> list[FiredCount]:
        """Of those routes, in their order."""
        found = _grouped(self._fired, "decided_by")
        return [_count(name, found[f"{ROUTE}{name}"], self._shadows.get(name)) for name in names]

    def archetypes(self, names: Sequence[str]) -> list[FiredCount]:
        """The same of archetypes, whatever decided but a person; in their order."""
        found = _grouped((row for row in self._fired if row["decided_by"] != "person"), "archetype")
        return [_count(name, found[name], None) for name in names]


class RoutesFired(TableAccess):
    def add_within(self, connection: sa.Connection, decision: Decision) -> None:
        """What routes in shadow would have decided. Nothing is written when there are none."""
        hits = [
            {
                "run_id": decision.run_id,
                "route": str(entry["asked"]).removeprefix(ROUTE),
                "ticket_id": decision.ticket_id,
                "archetype": entry["archetype"],
                "at": decision.decided_at,
            }
            for entry in decision.in_shadow
        ]
        if hits:
            # A conflict makes it decide again.
            connection.execute(insert_into(connection, shadow_hits).on_conflict_do_nothing(), hits)

    def since(self, moment: str) -> FiredSince:
        """Of all routes and archetypes, in one pass."""
        return FiredSince(self._fired([moment]), {one["route"]: one for one in self._shadows([moment])})

    def of_route(self, route: str, since: Sequence[str]) -> list[FiredCount]:
        """Of one, since each of these times."""
        key = f"{ROUTE}{route}"
        fired = self._fired(since, unindexed("decided_by") == key)
        shadow = next(iter(self._shadows(since, shadow_hits.c.route == route)), None)
        return [_count(route, fired, shadow, number) for number in range(len(since))]

    def in_shadow(self, route: str, *, limit: int) -> list[ShadowHit]:
        """Tickets that a route in shadow would have decided, the newest first."""
        columns = (decisions.c.archetype.label("decided"), decisions.c.corrected_to)
        query = (
            sa.select(shadow_hits.c.ticket_id, shadow_hits.c.archetype, shadow_hits.c.at, *columns)
            .outerjoin(decisions, decisions.c.run_id == shadow_hits.c.run_id)
            .where(shadow_hits.c.route == route)
            .order_by(shadow_hits.c.at.desc())
        )
        return self._read(ShadowHit, query.limit(limit))

    def _fired(self, since: Sequence[str], *which: sa.ColumnElement[bool]) -> Sequence[_Row]:
        """By archetype, what decided, and event: the index has them in this order, so nothing is sorted."""
        # Not as indexed: SQLite would read a long row for each that an index finds.
        at = unindexed("decided_at")
        columns = {"decided": sa.literal(1), "corrected": decisions.c.corrected_to}
        by = (decisions.c.archetype, decisions.c.decided_by, decisions.c.event)
        query = sa.select(*by, *_since_each(since, at, columns)).where(at >= min(since), *which).group_by(*by)
        if self._reader.dialect.name == "sqlite":
            counted = query.subquery("counted")
            query = sa.select(counted, _last_at(counted).label("last_at"))
        else:
            query = query.add_columns(sa.func.max(decisions.c.decided_at).label("last_at"))
        found = self._rows(query)
        # Not in the query: SQLite would look at the event of each of 100,000 rows.
        return [row for row in found if row["event"] not in FOLLOWING]

    def _shadows(self, since: Sequence[str], *which: sa.ColumnElement[bool]) -> Sequence[_Row]:
        same = decisions.c.archetype == shadow_hits.c.archetype
        chosen = decisions.c.corrected_to == shadow_hits.c.archetype
        columns = {"would": sa.literal(1), "as_decided": sa.case((same, 1)), "as_corrected": sa.case((chosen, 1))}
        route, at = shadow_hits.c.route, shadow_hits.c.at
        query = (
            sa.select(route, sa.func.max(at).label("last_at"), *_since_each(since, at, columns))
            .outerjoin(decisions, decisions.c.run_id == shadow_hits.c.run_id)
            .where(at >= min(since), *which)
        )
        return self._rows(query.group_by(route))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        old = sa.select(shadow_hits.c.run_id).where(shadow_hits.c.at < before).limit(limit)
        return self._change(sa.delete(shadow_hits).where(shadow_hits.c.run_id.in_(old)))


def _grouped(rows: Iterable[_Row], by: str) -> Mapping[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return found


def _last_at(counted: sa.Subquery) -> sa.ScalarSelect[Any]:
    """The newest time of a group: at the end of its part of the index.

    In SQLite a maximum would take longer; in PostgreSQL it is this that does.
    """
    newest = decisions.alias("newest")
    same = (newest.c[name].is_not_distinct_from(counted.c[name]) for name in ("archetype", "decided_by", "event"))
    return sa.select(sa.func.max(newest.c.decided_at)).where(*same).scalar_subquery()


def _since_each(
    since: Sequence[str], at: sa.ColumnElement[Any], columns: Mapping[str, sa.ColumnElement[Any]]
) -> Iterator[sa.ColumnElement[Any]]:
    """Each column, counted since each time: `decided_0`, `decided_1`."""
    for number, moment in enumerate(since):
        for name, column in columns.items():
            # Nothing older than the oldest time is read.
            counted = column if moment == min(since) else sa.case((at >= moment, column))
            yield sa.func.count(counted).label(f"{name}_{number}")


def _count(name: str, fired: Iterable[_Row], shadow: _Row | None, number: int = 0) -> FiredCount:
    """Since the time with that number; of one name, whatever `fired` is counted by."""
    mine = [row for row in fired if row[f"decided_{number}"]]
    decided, corrected = (sum(row[f"{one}_{number}"] for row in mine) for one in ("decided", "corrected"))
    last_at = max((row["last_at"] for row in mine), default=None)
    return FiredCount(name, Precision(name, decided, corrected), last_at, _shadow_count(shadow, number))


def _shadow_count(shadow: _Row | None, number: int) -> ShadowCount:
    if shadow is None or not shadow[f"would_{number}"]:
        return ShadowCount()
    counts = {one: shadow[f"{one}_{number}"] for one in ("would", "as_decided", "as_corrected")}
    return ShadowCount(**counts, last_at=shadow["last_at"])
