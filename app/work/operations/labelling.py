"""Tickets that the service was unsure of, one after the other: a person says what they are, and the model learns it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.records.decisions import Decision, Decisions
from app.rules.loading import Rules
from app.work.messages import ArchetypeChosen, TriageTicket, Work

MOST_COUNTED: Final = 200


class NothingToLabel(Exception):
    """There is no such ticket, or no such archetype; says which."""


@dataclass(frozen=True)
class UnsureTickets:
    """`next` None: there is none."""

    next: Decision | None
    id: int | None
    """Of that decision."""
    left: int
    """With the next one; never counted beyond MOST_COUNTED."""


@dataclass(frozen=True)
class Labelling:
    decisions: Decisions
    accept: Callable[[Sequence[Work]], object]
    now: Callable[[], datetime]

    def unsure(self, before: int | None = None) -> UnsureTickets:
        """`before`: those whose decision is older than this one."""
        found = self.decisions.unsure(limit=MOST_COUNTED, before=before)
        newest = found[0] if found else None
        return UnsureTickets(self.decisions.by_id(newest) if newest else None, newest, len(found))

    def choose(self, ticket_id: int, archetype: str, by: str, rules: Rules) -> None:
        """Stored as work that sets it in Zendesk. Raises NothingToLabel, and CannotStore.

        The same choice about the same decision is the same work: a second click does nothing.
        """
        if archetype not in rules.routing.archetypes:
            raise NothingToLabel(f"routing.yaml has no archetype {archetype}.")
        newest = self.decisions.of_ticket(ticket_id, limit=1)
        if not newest:
            raise NothingToLabel(f"No decision about ticket {ticket_id} is known.")
        key = f"desk:{newest[0].run_id}:{archetype}"
        cause = ArchetypeChosen(archetype=archetype, by=by)
        self.accept([Work(TriageTicket(key=key, accepted_at=self.now(), ticket_id=ticket_id, cause=cause))])
