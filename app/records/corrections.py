"""What people corrected: the archetype they chose, beside what was decided and the ticket as it was."""

from dataclasses import asdict, dataclass, replace
from math import sqrt
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, has_text
from app.records.decisions import FOLLOWING
from app.records.tables import corrections, decisions

_SURE = 1.96
"""Of the normal distribution: nineteen intervals of twenty hold the true share."""


@dataclass(frozen=True)
class Correction:
    ticket_id: int
    archetype: str
    was: str | None
    """None: it was left to a person, who decided."""
    was_decided_by: str
    ticket: dict[str, Any]
    """The ticket as it was read when it was decided: `app.ticket.Ticket` as plain JSON; empty when it is too old."""
    at: str
    by: str = ""
    """Who chose it, as far as that is known: `zendesk:<id of the agent>`, or `desk:<name>`, as typed there."""


@dataclass(frozen=True)
class Precision:
    """How often a decider, or an archetype, was left standing."""

    name: str
    decided: int
    corrected: int

    @property
    def share(self) -> float:
        return 1 - self.corrected / self.decided if self.decided else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, by Wilson: of few tickets nobody knows much."""
        if not self.decided:
            return 0.0, 1.0
        n, square = self.decided, _SURE**2
        middle = self.share + square / (2 * n)
        reach = _SURE * sqrt(self.share * (1 - self.share) / n + square / (4 * n * n))
        return max(0.0, (middle - reach) / (1 + square / n)), min(1.0, (middle + reach) / (1 + square / n))


_NEWEST = sa.select(sa.func.max(corrections.c.id)).group_by(corrections.c.ticket_id)


class Corrections(TableAccess):
    def save(self, correction: Correction) -> bool:
        """The newest choice for a ticket; what was decided first, and its text, stay those of the first one.

        False: it is known.
        """
        of_ticket = sa.select(corrections).where(corrections.c.ticket_id == correction.ticket_id)
        with begin_locked(self._engine) as connection:
            before = connection.execute(of_ticket.order_by(corrections.c.id.desc()).limit(1)).mappings().first()
            if before is not None:
                if before["archetype"] == correction.archetype:
                    return False
                first = {name: before[name] for name in ("was", "was_decided_by", "ticket")}
                correction = replace(correction, **first)
            connection.execute(sa.insert(corrections), asdict(correction))
            _mark(connection, correction)
        return True

    def all(self) -> list[Correction]:
        """The newest of each ticket."""
        newest = sa.select(corrections).where(corrections.c.id.in_(_NEWEST))
        return self._read(Correction, newest.order_by(corrections.c.at, corrections.c.id))

    def of_ticket(self, ticket_id: int) -> list[Correction]:
        """Each choice of a person, the oldest first."""
        query = sa.select(corrections).where(corrections.c.ticket_id == ticket_id)
        return self._read(Correction, query.order_by(corrections.c.id))

    def chosen(self) -> dict[int, str]:
        """By ticket, the archetype that a person chose last."""
        query = sa.select(corrections.c.ticket_id, corrections.c.archetype)
        rows = self._rows(query.order_by(corrections.c.at, corrections.c.id))
        return {int(row["ticket_id"]): str(row["archetype"]) for row in rows}

    def prune_texts(self, before: str, *, limit: int) -> int:
        """Delete the tickets of up to `limit` older ones; returns the count. What was corrected stays."""
        old = sa.select(corrections.c.id).where(corrections.c.at < before, has_text(corrections)).limit(limit)
        return self._change(sa.update(corrections).where(corrections.c.id.in_(old)).values(ticket={}))

    def forget_text(self, ticket_id: int) -> None:
        self._change(sa.update(corrections).where(corrections.c.ticket_id == ticket_id).values(ticket={}))

    def precision(self, column: str) -> list[Precision]:
        """By `decided_by` or `archetype`: decisions that were written, and how many of those were corrected."""
        ours = decisions.c[column]
        theirs = corrections.c["was_decided_by" if column == "decided_by" else "was"]
        written = (decisions.c.archetype.is_not(None), decisions.c.decided_by != "person", decisions.c.state == "done")
        decided = sa.select(ours, sa.func.count(sa.distinct(decisions.c.ticket_id))).where(*written).group_by(ours)
        changed = (corrections.c.was.is_not(None), corrections.c.was != corrections.c.archetype)
        newest = corrections.c.id.in_(_NEWEST)
        corrected = sa.select(theirs, sa.func.count()).where(newest, *changed).group_by(theirs)
        with self._engine.connect() as connection:
            wrong = {str(name): int(count) for name, count in connection.execute(corrected)}
            found = [
                Precision(str(name), count, wrong.get(str(name), 0)) for name, count in connection.execute(decided)
            ]
        return sorted(found, key=lambda one: (one.share, one.name))


def _mark(connection: sa.Connection, correction: Correction) -> None:
    """The decisions that were corrected say so: a list of them need not look here."""
    chosen = None if correction.archetype == correction.was else correction.archetype
    those = (
        decisions.c.ticket_id == correction.ticket_id,
        decisions.c.archetype.is_not_distinct_from(correction.was),
        decisions.c.decided_by == correction.was_decided_by,
        decisions.c.event.not_in(FOLLOWING),
    )
    connection.execute(sa.update(decisions).where(*those).values(corrected_to=chosen))
