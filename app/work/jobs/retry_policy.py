"""When to try again: the one policy. Nothing sleeps for it; the wait is work with a later start."""

from __future__ import annotations

from dataclasses import dataclass

from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_exponential_jitter

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
# A service that is down or asks us to wait has refused nothing: with the longest wait, this is a day.
PATIENCE_WITH_AN_OUTAGE = 300

_backoff = wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=1.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a step did not succeed, as plain values: it is stored with the work."""

    service: str
    reason: str
    message: str
    retryable: bool
    retry_after: float | None = None
    outage: bool = False
    """The service is down or limits us; the request was certainly not carried out."""
    untried: bool = False
    """We did not even ask: that is no try."""


def next_wait(fault: Fault, attempt: int, *, outages: int, attempts: int) -> float | None:
    """Seconds until try number `attempt + 1`; None: give up, and tell a person. `attempt` counts from 1.

    `outages`: how many of the tries before this one met an outage. They use up their own patience, not that of others.
    """
    if fault.untried:
        return FIRST_WAIT if fault.retry_after is None else fault.retry_after
    used, most = (outages + 1, PATIENCE_WITH_AN_OUTAGE) if fault.outage else (attempt - outages, attempts)
    if not fault.retryable or used >= most:
        return None
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    return max(_backoff(state), fault.retry_after or 0.0)
