"""Deciding again over past tickets: which would be treated otherwise, and what do people say of it?

Pure: where tickets come from is passed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.ticket import Ticket
from app.triage.judge import Judged

ABSTAINED = "needs triage"
Side = Literal["toward", "away", "neither", "unjudged"]
"""As seen from what a person chose for the ticket; `unjudged`: nobody chose."""


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket as it was, and what was decided then."""

    ticket: Ticket
    archetype: str | None
    decided_by: str
    chosen: str | None = None
    """What a person chose for it, then or later."""


@dataclass(frozen=True, slots=True)
class ChangedTicket:
    """One that would be treated otherwise."""

    ticket_id: int | str
    text: str
    old: str
    new: str
    before: str
    now: str
    """By what it was, and would be, decided."""
    chosen: str | None = None

    @property
    def side(self) -> Side:
        if self.chosen is None:
            return "unjudged"
        return "toward" if self.new == self.chosen else "away" if self.old == self.chosen else "neither"


@dataclass(frozen=True, slots=True)
class Change:
    """Tickets that go from one archetype to another."""

    old: str
    new: str
    tickets: tuple[ChangedTicket, ...]


@dataclass(frozen=True)
class Backtest:
    tickets: int
    changed: tuple[ChangedTicket, ...]
    """In the order in which they were decided again."""

    def without_texts(self) -> Backtest:
        """To be kept: a text that is forgotten must not stand here."""
        return replace(self, changed=tuple(replace(one, text="") for one in self.changed))

    @property
    def sides(self) -> Counter[Side]:
        return Counter(one.side for one in self.changed)

    @property
    def changes(self) -> Sequence[Change]:
        """The most frequent first."""
        found: dict[tuple[str, str], list[ChangedTicket]] = {}
        for one in self.changed:
            found.setdefault((one.old, one.new), []).append(one)
        changes = [Change(old, new, tuple(tickets)) for (old, new), tickets in found.items()]
        return sorted(changes, key=lambda change: (-len(change.tickets), change.old, change.new))


def backtest(
    past: Iterable[Past], judge: Callable[[Ticket], Judged], before: Callable[[Ticket], Judged] | None = None
) -> Backtest:
    """`before`: the other rules; None: what was decided then.

    Then a ticket that a person decided is left out, because nobody knows what the rules would have said.
    """
    changed: list[ChangedTicket] = []
    tickets = 0
    for one in past:
        if before is None and one.decided_by == "person":
            continue
        tickets += 1
        old, by = one.archetype, one.decided_by
        if before is not None:
            verdict = before(one.ticket).verdict
            old, by = verdict.archetype, verdict.decided_by
        verdict = judge(one.ticket).verdict
        if old == verdict.archetype:
            continue
        text = " ".join(f"{one.ticket.subject} {one.ticket.body}".split())[:100]
        old_name, new_name = old or ABSTAINED, verdict.archetype or ABSTAINED
        changed.append(ChangedTicket(one.ticket.id, text, old_name, new_name, by, verdict.decided_by, one.chosen))
    return Backtest(tickets, tuple(changed))


def in_words(found: Backtest) -> str:
    """`treats 14 of 1,000 otherwise: 9 to what a person chose, 2 away from it, 3 nobody judged`."""
    sides = found.sides
    parts = [f"{sides['toward']} to what a person chose", f"{sides['away']} away from it"]
    if sides["neither"]:
        parts.append(f"{sides['neither']} to neither")
    parts.append(f"{sides['unjudged']} nobody judged")
    said = f"treats {len(found.changed):,} of {found.tickets:,} otherwise"
    return f"{said}: {', '.join(parts)}" if found.changed else said
