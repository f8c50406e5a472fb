"""An adapter's error as a plain value: what a step answers is stored, and exceptions do not survive storing."""

from __future__ import annotations

from app.work.engine.engine import QUARANTINED, REWRITTEN
from app.work.jobs.retry_policy import Fault
from integrations.errors import IntegrationError, NotSent, RateLimited, Unavailable, UnknownOutcome


def fault_of(error: IntegrationError) -> Fault:
    return Fault(
        service=error.service,
        reason=error.reason,
        message=str(error),
        # What has an unknown outcome is looked up by the next try, and so may be tried.
        retryable=error.retryable or isinstance(error, UnknownOutcome),
        retry_after=error.retry_after if isinstance(error, RateLimited | Unavailable) else None,
        outage=isinstance(error, RateLimited | Unavailable),
        untried=isinstance(error, NotSent),
    )


def crash(error: str) -> Fault:
    """What the engine told: the type of an error in our own code, or that the work was quarantined."""
    if error == QUARANTINED:
        message = "the process that ran it died each time; it is not run again by itself"
        return Fault("pointsman", "crash_loop", message, retryable=False)
    if error == REWRITTEN:
        message = "its workflow was changed while it was under way; a retry does it anew, by the new version"
        return Fault("pointsman", "workflow_changed", message, retryable=False)
    return Fault("pointsman", "bug", f"our own code failed with {error}; the log has the details", retryable=False)
