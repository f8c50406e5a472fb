"""When to try again: the one policy. Nothing sleeps for it; the wait is work with a later start."""

from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_exponential_jitter

from app.work.messages import Fault, Message

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
# A service that is down or asks us to wait has refused nothing: with the longest wait, this is a day.
PATIENCE_WITH_AN_OUTAGE = 300

_backoff = wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=1.0)


def next_wait(message: Message, fault: Fault, attempts: int) -> float | None:
    """Seconds until the next attempt; None: give up, and tell a person.

    `attempts`: how many there may be. Those that met an outage use up their own patience, not that of the others.
    """
    if fault.untried:
        return FIRST_WAIT if fault.retry_after is None else fault.retry_after
    outages = message.outages
    used, most = (outages + 1, PATIENCE_WITH_AN_OUTAGE) if fault.outage else (message.attempt - outages, attempts)
    if not fault.retryable or used >= most:
        return None
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = message.attempt
    return max(_backoff(state), fault.retry_after or 0.0)
