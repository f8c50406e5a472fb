"""What people corrected: the archetype they chose, beside what was decided and the ticket as it was."""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, has_text, insert_into
from app.records.tables import corrections, decisions


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


@dataclass(frozen=True)
class Precision:
    """How often a decider, or an archetype, was left standing."""

    name: str
    decided: int
    corrected: int

    @property
    def share(self) -> float:
        return 1 - self.corrected / self.decided if self.decided else 1.0


class Corrections(TableAccess):
    def save(self, correction: Correction) -> bool:
        """The newest choice for a ticket; what was decided first, and its text, stay those of the first one.

        False: it is known.
        """
        insert = insert_into(self._engine, corrections).values(**asdict(correction))
        newest = {"archetype": correction.archetype, "at": correction.at}
        is_new = corrections.c.archetype != correction.archetype
        query = insert.on_conflict_do_update(index_elements=["ticket_id"], set_=newest, where=is_new)
        with self._engine.begin() as connection:
            return connection.execute(query.returning(corrections.c.id)).first() is not None

    def all(self) -> list[Correction]:
        return self._read(Correction, sa.select(corrections).order_by(corrections.c.at, corrections.c.id))

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
        corrected = sa.select(theirs, sa.func.count()).where(*changed).group_by(theirs)
        with self._engine.connect() as connection:
            wrong = {str(name): int(count) for name, count in connection.execute(corrected)}
            found = [
                Precision(str(name), count, wrong.get(str(name), 0)) for name, count in connection.execute(decided)
            ]
        return sorted(found, key=lambda one: (one.share, one.name))
