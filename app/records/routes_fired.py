"""How often each route decided, how often people changed that, and what routes in shadow would have decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.corrections import Precision
from app.records.database import TableAccess, insert_into
from app.records.decisions import FOLLOWING, Decision
from app.records.tables import decisions, shadow_hits

ROUTE = "route:"


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


class RoutesFired(TableAccess):
    def add_within(self, connection: sa.Connection, decision: Decision) -> None:
        """What routes in shadow would have decided; nothing is written when there are none, as mostly."""
        hits = [
            {
                "run_id": decision.run_id,
                "route": str(entry["asked"]).removeprefix(ROUTE),
                "ticket_id": decision.ticket_id,
                "archetype": entry["archetype"],
                "at": decision.decided_at,
            }
            for entry in decision.trace
            if entry.get("shadow") and entry.get("matched")
        ]
        if hits:
            # A conflict makes it decide again.
            connection.execute(insert_into(connection, shadow_hits).on_conflict_do_nothing(), hits)

    def counts(self, since: str, routes: Sequence[str]) -> list[FiredCount]:
        """Of those routes, in their order."""
        fired, shadows = self._fired(since), self._shadows(since)
        return [
            FiredCount(name, *fired.get(name, (Precision(name, 0, 0), None)), shadow=shadows[name]) for name in routes
        ]

    def of_archetypes(self, since: str, names: Sequence[str]) -> list[FiredCount]:
        """The same of archetypes, whatever decided but a person; in their order."""
        by = decisions.c.archetype
        found = self._counted(since, by, by.is_not(None), decisions.c.decided_by != "person")
        return [
            FiredCount(name, *found.get(name, (Precision(name, 0, 0), None)), shadow=ShadowCount()) for name in names
        ]

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

    def _fired(self, since: str) -> dict[str, tuple[Precision, str | None]]:
        by = decisions.c.decided_by
        found = self._counted(since, by, by.startswith(ROUTE))
        return {name.removeprefix(ROUTE): counted for name, counted in found.items()}

    def _counted(
        self, since: str, by: sa.ColumnElement[Any], *which: sa.ColumnElement[bool]
    ) -> dict[str, tuple[Precision, str | None]]:
        # Not as indexed: SQLite would read a long row for each that an index finds.
        at = sa.func.coalesce(decisions.c.decided_at, "")
        query: sa.Select[Any] = (
            sa.select(
                by.label("name"),
                sa.func.count().label("decided"),
                sa.func.count(decisions.c.corrected_to).label("corrected"),
                sa.func.max(at).label("last_at"),
            )
            .where(at >= since, *which, decisions.c.event.not_in(FOLLOWING))
            .group_by(by)
        )
        return {
            row["name"]: (Precision(row["name"].removeprefix(ROUTE), row["decided"], row["corrected"]), row["last_at"])
            for row in self._rows(query)
        }

    def _shadows(self, since: str) -> dict[str, ShadowCount]:
        same = decisions.c.archetype == shadow_hits.c.archetype
        chosen = decisions.c.corrected_to == shadow_hits.c.archetype
        query: sa.Select[Any] = (
            sa.select(
                shadow_hits.c.route,
                sa.func.count().label("would"),
                sa.func.sum(sa.case((same, 1), else_=0)).label("as_decided"),
                sa.func.sum(sa.case((chosen, 1), else_=0)).label("as_corrected"),
                sa.func.max(shadow_hits.c.at).label("last_at"),
            )
            .outerjoin(decisions, decisions.c.run_id == shadow_hits.c.run_id)
            .where(shadow_hits.c.at >= since)
            .group_by(shadow_hits.c.route)
        )
        found: dict[str, ShadowCount] = defaultdict(ShadowCount)
        for row in self._rows(query):
            found[row["route"]] = ShadowCount(row["would"], row["as_decided"], row["as_corrected"], row["last_at"])
        return found

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        old = sa.select(shadow_hits.c.run_id).where(shadow_hits.c.at < before).limit(limit)
        return self._change(sa.delete(shadow_hits).where(shadow_hits.c.run_id.in_(old)))
