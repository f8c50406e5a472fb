"""An adapter's error, or one of our own, as a value: what a step answers is stored, and exceptions are not."""

from app.work.engine.engine import QUARANTINED, REWRITTEN, UNREADABLE
from app.work.messages import Fault
from integrations.errors import IntegrationError, NotSent, RateLimited, Unavailable, UnknownOutcome

PAUSED = "paused"
WRITE_BUDGET = "write_budget"

_CRASHES = {
    QUARANTINED: ("crash_loop", "The process that ran it died each time; it is not run again by itself."),
    REWRITTEN: ("workflow_changed", "Its workflow was changed while it was under way; a retry runs the new version."),
    UNREADABLE: ("unreadable", "Another version of Pointsman stored it in a form that this one cannot read."),
}


def fault_of(error: IntegrationError) -> Fault:
    return Fault(
        service=error.service,
        reason=error.reason,
        message=str(error),
        # A write with an unknown outcome is looked up by the next attempt, and so may be tried.
        retryable=error.retryable or isinstance(error, UnknownOutcome),
        retry_after=error.retry_after if isinstance(error, RateLimited | Unavailable) else None,
        outage=isinstance(error, RateLimited | Unavailable),
        untried=isinstance(error, NotSent),
    )


def crash_fault(error: str) -> Fault:
    """What the engine told: the type of an error in our own code, or why the work cannot be run."""
    reason, message = _CRASHES.get(error, ("bug", f"Internal error ({error}). The log has the details."))
    return Fault(service="pointsman", reason=reason, message=message, retryable=False)
