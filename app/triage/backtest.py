"""Deciding again over past tickets: which would be treated otherwise? Pure: where tickets come from is passed in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.ticket import Ticket
from app.triage.judge import Judged

ABSTAINED = "needs triage"
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket as it was, and what was decided then."""

    ticket: Ticket
    archetype: str | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Example:
    ticket_id: int | str
    text: str
    before: str
    now: str
    """By what it was, and would be, decided."""


@dataclass
class Change:
    """Tickets that go from one archetype to another."""

    old: str
    new: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class Backtest:
    tickets: int
    changes: Sequence[Change]
    """The most frequent first."""

    @property
    def changed(self) -> int:
        return sum(change.count for change in self.changes)


def backtest(past: Iterable[Past], judge: Callable[[Ticket], Judged]) -> Backtest:
    """What a person decided is the truth, not a change of ours: those tickets are left out."""
    changes: dict[tuple[str, str], Change] = {}
    tickets = 0
    for one in past:
        if one.decided_by == "person":
            continue
        tickets += 1
        verdict = judge(one.ticket).verdict
        old, new = one.archetype or ABSTAINED, verdict.archetype or ABSTAINED
        if old == new:
            continue
        change = changes.setdefault((old, new), Change(old, new))
        change.count += 1
        if len(change.examples) < EXAMPLES:
            text = " ".join(f"{one.ticket.subject} {one.ticket.body}".split())[:100]
            change.examples.append(Example(one.ticket.id, text, one.decided_by, verdict.decided_by))
    ordered = sorted(changes.values(), key=lambda change: (-change.count, change.old, change.new))
    return Backtest(tickets, tuple(ordered))
