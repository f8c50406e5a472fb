"""Decided updates that wait: parked for a bulk job; their own work comes back for them in any case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from app.records.decisions import Decision
from app.records.waiting_updates import WaitingUpdate, WaitingUpdates
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import next_attempt, payload_of
from app.work.limits.priority import Priority, current_priority
from app.work.limits.rate_limiter import REASON
from app.work.messages import Decided
from integrations.errors import NotSent
from integrations.zendesk.client import NewComment, TicketUpdate

WORKFLOW = "write_many"
LANE = "write_many"
# Updates that are parked within so many seconds go together.
COLLECTING_SECONDS = 2.0
BUSY_SECONDS = 3.0


def write_many_work(key: str, now: datetime, *, delay: float = 0.0) -> Work:
    return Work(WORKFLOW, key, LANE, payload_of(WORKFLOW, key, LANE, now), delay=delay)


@dataclass(frozen=True)
class Parking:
    waiting: WaitingUpdates
    ensure: Callable[[Sequence[Work]], None]
    rulebook: Rulebook
    now: Callable[[], datetime]

    def may_wait(self, decided: Decided, row: Decision, error: NotSent) -> bool:
        """For a bulk job, that is: with spam a second call follows, and a closed ticket is not updated at all."""
        return error.reason == REASON and not row.marks_spam and decided.ticket.status != "closed"

    def park(self, delivery: JSON, row: Decision, update: TicketUpdate) -> None:
        """Raises CannotStore."""
        key = next_attempt(delivery, 0.0, {"untried": True}).key
        accepted_at, bulk = delivery["accepted_at"], current_priority() is Priority.BULK
        self.waiting.park(
            WaitingUpdate(row.run_id, row.ticket_id, key, accepted_at, bulk, asdict(update), list(row.tags))
        )
        if self.waiting.count() >= self.rulebook.current().routing.limits.bulk_from:
            now = self.now()
            number, passed = divmod(now.timestamp(), COLLECTING_SECONDS)
            self.ensure([write_many_work(f"write_many:{int(number)}", now, delay=COLLECTING_SECONDS - passed)])

    def take_back(self, ticket_id: int) -> None:
        """Before the ticket is decided anew. Raises NotSent while a bulk job may be writing it."""
        for one in self.waiting.of_ticket(ticket_id):
            if not self.waiting.take_back(one.run_id) and not self.is_over(one):
                raise busy()

    def is_over(self, one: WaitingUpdate) -> bool:
        """It was sent, and what became of it is known, or for the ticket's audits to say."""
        return one.state in {"applied", "refused"} or (one.state == "sent" and one.until <= self.now().timestamp())


def busy() -> NotSent:
    return NotSent("zendesk", "a bulk job may be writing the ticket", "in_bulk_job", retry_after=BUSY_SECONDS)


def update_of(waiting: WaitingUpdate) -> TicketUpdate:
    change = dict(waiting.change)
    comment, tags = change.pop("comment"), change.pop("tags")
    return TicketUpdate(
        **change,
        tags=None if tags is None else tuple(tags),
        comment=NewComment(**comment) if comment else None,
    )
