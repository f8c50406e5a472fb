"""The job that goes through the tickets that changed, and takes up what no webhook reported."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from app.metrics import REPAIRED
from app.rules.verdict import Previous
from app.tags import DONE_TAG
from app.triage.deciders import chosen_by_person
from app.work.decisions.decision_log import DecisionLog
from app.work.decisions.expert_asked import experts_asked
from app.work.decisions.tag_commands import command_tag
from app.work.jobs.backpressure import throttled
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import ReconcileTickets, Stored, TicketChanged, TriageTicket, ticket_partition
from app.work.snapshot import ticket_from
from integrations.zendesk.snapshots import TicketSnapshot, UnreadableTicket

log = structlog.get_logger(__name__)

CURSOR = "reconcile:tickets"
# A webhook may still be on its way: Zendesk tries for some minutes.
GRACE = timedelta(minutes=3)
MOST_PAGES = 20


class MissedTicket(Stored):
    ticket_id: int
    updated_at: str
    event: Literal["ticket.created", "ticket.updated"]


class MissedTickets(Stored):
    tickets: tuple[MissedTicket, ...] = ()
    cursor: str = ""
    """How far this job came; empty: nowhere."""


def register(deps: Dependencies) -> None:
    deps.engine.register(ReconcileTickets, TicketReconciliation(deps, DecisionLog(deps)).run, partial(crashed, deps))


@dataclass(frozen=True)
class TicketReconciliation:
    deps: Dependencies
    log: DecisionLog

    def run(self, message: ReconcileTickets) -> None:
        missed = attempt(self.deps, message, "compare", self._compare)
        if missed is None:
            return
        now = message.accepted_at
        tickets = [
            TriageTicket(
                key=f"{message.key}:missed:{one.ticket_id}:{one.updated_at}",
                accepted_at=now,
                ticket_id=one.ticket_id,
                cause=TicketChanged(event=one.event),
            )
            for one in missed.tickets
        ]
        for work in throttled(message.key, tickets, now):
            self.deps.engine.later(work)
        if missed.cursor:
            self.deps.engine.step("reached", self._reached, missed.cursor)

    def _compare(self) -> MissedTickets:
        """From where the last job ended; the first one begins now: what came before us is nobody's miss."""
        progress, now = self.deps.records.progress, self.deps.now()
        reached = progress.of(CURSOR)
        if reached is None:
            progress.reached(CURSOR, f"@{now.isoformat()}", now=now.isoformat())
            return MissedTickets()
        cursor, start = reached.value, None
        if cursor.startswith("@"):
            cursor, start = "", datetime.fromisoformat(reached.value[1:])
            if now - start < GRACE:
                return MissedTickets()  # Zendesk refuses a start within the last minute
        missed: list[MissedTicket] = []
        for _ in range(MOST_PAGES):
            page = self.deps.zendesk.changes(cursor=cursor, start=None if cursor else start)
            if any(self._is_fresh(ticket) for ticket in page.tickets):
                break  # next time: its webhook may be on its way
            missed += self._missed_of(page.tickets)
            self._nobody_waits(page.tickets)
            missed += [self._unreadable(ticket, now) for ticket in page.unreadable if ticket.id]
            cursor = page.cursor or cursor
            if page.end or not page.cursor:
                break
        REPAIRED.labels("ticket").inc(len(missed))
        return MissedTickets(tickets=tuple(missed), cursor=cursor)

    def _nobody_waits(self, tickets: Collection[TicketSnapshot]) -> None:
        """For an answer to what was deleted: Zendesk's clocks do not tell of that."""
        if gone := [ticket.id for ticket in tickets if ticket.status == "deleted"]:
            self.deps.records.first_answers.forget(gone)

    def _unreadable(self, ticket: UnreadableTicket, now: datetime) -> MissedTicket:
        """Its own work reads it again, and becomes a failure that people see."""
        log.warning("ticket_unreadable", ticket=ticket.id, why=ticket.why)
        known = self.log.knows(ticket.id)
        return MissedTicket(
            ticket_id=ticket.id, updated_at=now.isoformat(), event="ticket.updated" if known else "ticket.created"
        )

    def _reached(self, cursor: str) -> None:
        self.deps.records.progress.reached(CURSOR, cursor, now=self.deps.now().isoformat())

    def _is_fresh(self, ticket: TicketSnapshot) -> bool:
        return self.deps.now() - datetime.fromisoformat(ticket.updated_at) < GRACE

    def _missed_of(self, tickets: Collection[TicketSnapshot]) -> Iterator[MissedTicket]:
        """Skip tickets whose delivery is still queued (a link that waits for its second write does not count).

        These are asked for first: what is done meanwhile has its decision by the time that one is looked for.
        """
        kind = TriageTicket.model_fields["kind"].default
        queued = self.deps.engine.backlog.partitions_with(kind, [ticket_partition(ticket.id) for ticket in tickets])
        for ticket in tickets:
            event = None if ticket_partition(ticket.id) in queued else self._missed(ticket)
            if event:
                yield MissedTicket(ticket_id=ticket.id, updated_at=ticket.updated_at, event=event)

    def _missed(self, ticket: TicketSnapshot) -> Literal["ticket.created", "ticket.updated"] | None:
        if ticket.status in {"closed", "deleted"}:
            return None
        if not self.log.knows(ticket.id):
            return None if DONE_TAG in ticket.tags else "ticket.created"
        last = self.log.last_applied(ticket.id)
        if last is None:
            return None
        previous = Previous(last.archetype, last.tags)
        asks = command_tag(ticket.tags) or experts_asked(ticket.tags, self.deps.rulebook.current())
        by_person = chosen_by_person(ticket_from(ticket, event="updated"), previous) or asks
        return "ticket.updated" if by_person else None
