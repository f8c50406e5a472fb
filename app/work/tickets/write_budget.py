"""How often a ticket may be written to: the last resort against answering another robot.

It needs to know nothing of the other side: whatever answers our updates, a ticket is written to
`limits.writes_per_ticket_hour` times, and then no more until a person releases it. What is written is in the decisions,
and only one worker at a time writes to a ticket: so they are all that is counted.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.records.decisions import MOST_OF_TICKET
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import WRITE_BUDGET
from app.work.messages import Ended, Fault, TicketChanged, TicketMessage, TriageTicket
from app.work.provenance import loop_stopped

HOUR = timedelta(hours=1)


def latch_key(ticket_id: int) -> str:
    """The failure that keeps a ticket from being written to, while it is open."""
    return f"budget:{ticket_id}"


@dataclass(frozen=True)
class WriteBudget:
    deps: Dependencies
    log: DecisionLog

    def exhausted(self, message: TicketMessage) -> Ended | None:
        """None: this run may write to its ticket. Else people are told, and it ends here, before it does anything."""
        most, latch = self.deps.limits.writes_per_ticket_hour, latch_key(message.ticket_id)
        if self._is_new_to_us(message, most):
            return None
        known = self.deps.records.failures.by_key(latch)
        latched = known is not None and known.state == "open"
        # Nothing was written while it was latched: who released it lets us count from there.
        released = known.failed_at if known is not None and known.state == "retried" else ""
        if not latched and self._written(message, since=released) < most:
            return None
        text = f"written to {most} times within an hour; nothing more is written until a person releases it"
        fault = Fault(service="pointsman", reason=WRITE_BUDGET, message=text, retryable=False)
        if not _can_be_read_again(message):  # kept by itself, and done once the ticket is released
            self.log.failure(message, "decide", fault)
        if not latched:
            self.log.failure(_look_again(message), "decide", fault, key=latch)
            self.log.without_verdict(message, "failed", text)
        else:
            self.log.forget_needless(message)
        return Ended(why=loop_stopped("budget", "the ticket's budget of writes is used up"))

    def _is_new_to_us(self, message: TicketMessage, most: int) -> bool:
        """Was it decided about too seldom to be past its budget, or latched? A latch leaves a decision that failed."""
        rows = self.deps.records.decisions.of_ticket(message.ticket_id)
        return len(rows) < min(most, MOST_OF_TICKET) and not any(row.state == "failed" for row in rows)

    def _written(self, message: TicketMessage, *, since: str) -> int:
        since = max(since, (self.deps.now() - HOUR).isoformat())
        return self.deps.records.decisions.written(message.ticket_id, since=since, besides=message.run_id)


def _can_be_read_again(message: TicketMessage) -> bool:
    """Does the ticket itself say all that this message does?"""
    return isinstance(message, TriageTicket) and isinstance(message.cause, TicketChanged)


def _look_again(message: TicketMessage) -> TicketMessage:
    """A look at the ticket as it is: for whoever releases it, one stands for all that came meanwhile."""
    if _can_be_read_again(message):
        return message
    return TriageTicket(
        key=f"{message.key}:released",
        accepted_at=message.accepted_at,
        ticket_id=message.ticket_id,
        cause=TicketChanged(event="ticket.updated"),
    )
