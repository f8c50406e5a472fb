"""Decided updates that wait for a bulk job; their own work comes back for them in any case."""

from dataclasses import asdict, dataclass

from app.records.decisions import Decision, UpdateState
from app.records.outbox import OutboxEntry
from app.work.jobs.attempt import waited
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import fault_of
from app.work.limits.rate_limiter import REASON
from app.work.messages import BulkJob, Fault, TicketMessage, Work
from app.work.update_state import advance
from integrations.errors import IntegrationError, NotSent
from integrations.zendesk.client import NewComment, TicketUpdate

# Updates that are queued within so many seconds go together; longer where nobody waits for them.
COLLECTING_SECONDS = 2.0
COLLECTING_BULK_SECONDS = 10.0
BUSY_SECONDS = 3.0


@dataclass(frozen=True)
class Outbox:
    deps: Dependencies

    def takes(self, row: Decision, error: IntegrationError) -> bool:
        """May an update that was not sent wait for a bulk job? Not spam: a second call follows its update."""
        return isinstance(error, NotSent) and error.reason == REASON and not row.marks_spam

    def queue(self, message: TicketMessage, row: Decision, update: TicketUpdate, state: UpdateState) -> None:
        """Raises CannotStore."""
        records = self.deps.records
        work_id = waited(message).work_id
        accepted_at = message.accepted_at.isoformat()
        entry = OutboxEntry(
            row.run_id, row.ticket_id, work_id, accepted_at, message.bulk, asdict(update), list(row.tags)
        )
        records.outbox.add(entry)
        records.decisions.update(row.run_id, update_state=advance(state, "queue"))
        if records.outbox.count() >= self.deps.limits.bulk_from:
            # One job for all that is queued while the oldest waits: its key is the oldest's.
            job = BulkJob(key=f"bulk_job:{records.outbox.oldest()}", accepted_at=self.deps.now())
            delay = COLLECTING_BULK_SECONDS if message.bulk else COLLECTING_SECONDS
            self.deps.engine.ensure([Work(job, delay=delay)])

    def take_back(self, ticket_id: int) -> None:
        """Before the ticket is decided again. Raises NotSent while a bulk job may be writing it."""
        waiting = self.deps.records.outbox
        for entry in waiting.of_ticket(ticket_id):
            if waiting.take_back(entry.run_id):
                self.deps.records.decisions.update(entry.run_id, update_state=advance("in_outbox", "take_back"))
            elif not self.is_over(entry):
                raise busy()

    def is_over(self, entry: OutboxEntry) -> bool:
        """It was sent, and what became of it is known, or for the ticket's audits to say."""
        now = self.deps.now().timestamp()
        return entry.state in {"applied", "refused"} or (entry.state == "sent" and entry.until <= now)


def busy(seconds: float = BUSY_SECONDS) -> NotSent:
    return NotSent("zendesk", "a bulk job may be writing the ticket", "in_bulk_job", retry_after=seconds)


def queued_fault() -> Fault:
    """Why the work comes back later: after the time for which updates are collected, or as soon as its job ended."""
    return fault_of(busy(COLLECTING_BULK_SECONDS + BUSY_SECONDS))


def update_of(entry: OutboxEntry) -> TicketUpdate:
    change = dict(entry.change)
    comment, tags = change.pop("comment"), change.pop("tags")
    return TicketUpdate(
        **change,
        tags=None if tags is None else tuple(tags),
        comment=NewComment(**comment) if comment else None,
    )
