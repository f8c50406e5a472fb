"""The same work once more: after a wait, or because a person asks for it."""

from datetime import datetime
from typing import TypeVar

from app.records.attempts import Attempt
from app.work.messages import Fault, Message, TicketMessage, Work

M = TypeVar("M", bound=Message)


def next_attempt(message: Message, wait: float, fault: Fault) -> Work:
    """After a fault that may pass: the same work, `wait` seconds later. One that was not tried uses up no attempt."""
    if fault.untried:
        return Work(waited(message), delay=wait)
    changed = {"attempt": message.attempt + 1, "outages": message.outages + fault.outage}
    return Work(message.model_copy(update=changed), delay=wait)


def waited(message: M) -> M:
    return message.model_copy(update={"waits": message.waits + 1})


def retry_work(message: Message, now: datetime) -> Work:
    """Failed work once more, from its first attempt, and as the same run: what it wrote is recognised.

    Asked for twice, it is the same work. Its key stays, and so do those of the work that it leads to: what an earlier
    generation has queued already is known.
    """
    fresh = {"generation": message.generation + 1, "attempt": 1, "outages": 0, "accepted_at": now}
    return Work(message.model_copy(update=fresh), once=True)


def attempt_of(message: Message, step: str, fault: Fault, now: datetime) -> Attempt:
    """This attempt, as it is kept."""
    return Attempt(
        run=message.run_id,
        generation=message.generation,
        number=message.attempt,
        step=step[:32],
        source=fault.service,
        reason=fault.reason,
        message=fault.message,
        at=now.isoformat(),
    )


def repeatable(message: Message) -> Message:
    """What is kept of failed work: enough to do it again, without what its last attempt made."""
    fresh = message.model_copy(update={"waits": 0})
    return fresh.without_previous() if isinstance(fresh, TicketMessage) else fresh
