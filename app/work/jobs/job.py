"""A workflow's steps, their failures and their next attempts.

A step that fails for now does not sleep: the work ends, and the same work is queued again for later. That holds neither
a thread nor the partition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import structlog

from app.metrics import RETRIES
from app.records.failures import Failure
from app.work.engine.engine import answer_type
from app.work.jobs.attempt import attempt_of, next_attempt, repeatable
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import PAUSED, crash_fault, fault_of
from app.work.jobs.retry_policy import next_wait
from app.work.messages import Failed, Fault, Message, TicketMessage, UnreadableWork, Wait
from integrations.errors import IntegrationError

log = structlog.get_logger(__name__)

M_contra = TypeVar("M_contra", bound=Message, contravariant=True)
T = TypeVar("T")


class AttemptLog(Protocol[M_contra]):
    """What is written down of attempts that did not succeed."""

    def delayed(self, message: M_contra, step: str, fault: Fault, wait: float) -> None: ...
    def gave_up(self, message: M_contra, step: str, fault: Fault) -> None: ...


def tried(
    deps: Dependencies, name: str, function: Callable[..., T], *args: object, deferred: bool = False
) -> T | Failed:
    """The step's answer, or Failed where a service did not do it."""
    answers = answer_type(function) | Failed
    return deps.engine.step(name, partial(_caught, function), *args, answers=answers, deferred=deferred)


def try_later(deps: Dependencies, attempts: AttemptLog[M_contra], message: M_contra, step: str, fault: Fault) -> None:
    """The same work later, or a failure that people see."""
    if fault.reason == PAUSED:
        deps.engine.step("suspend", deps.suspension.suspend, message)
        return
    planned = deps.engine.step(f"plan_{step}_again", _plan, deps, attempts, message, step, fault)
    if planned.seconds is None:
        deps.engine.step("give_up", attempts.gave_up, message, step, fault)
    else:
        deps.engine.later(next_attempt(message, planned.seconds, fault))


def _plan(deps: Dependencies, attempts: AttemptLog[M_contra], message: M_contra, step: str, fault: Fault) -> Wait:
    """A step of its own: the wait is partly chance, and a workflow that is run again must choose the same."""
    wait = next_wait(message, fault, deps.limits.attempts)
    if wait is not None:
        RETRIES.labels(fault.service, fault.reason).inc()
        attempts.delayed(message, step, fault, wait)
    return Wait(seconds=wait)


def _caught(function: Callable[..., T], *args: object) -> T | Failed:
    try:
        return function(*args)
    except IntegrationError as error:
        return Failed(fault=fault_of(error))


@dataclass(frozen=True)
class JobLog:
    """Of work that is no ticket's."""

    deps: Dependencies

    def delayed(self, message: Message, step: str, fault: Fault, wait: float) -> None:
        keep_attempt(self.deps, message, step, fault)
        log.info("job_delayed", workflow=message.kind, key=message.key, reason=fault.reason, wait=round(wait, 1))

    def gave_up(self, message: Message, step: str, fault: Fault) -> None:
        log.error("job_failed", workflow=message.kind, key=message.key, step=step, reason=fault.reason)
        keep_attempt(self.deps, message, step, fault)
        failures, said = self.deps.records.failures, f"{message.kind}: {step}"
        if message.is_periodic:
            key = f"{message.partition}:{step}:{fault.service}:{fault.reason}"[-255:]
            failures.add_again(failure_of(self.deps, message, said, fault, key=key))
        else:
            failures.add(failure_of(self.deps, message, said, fault))


def attempt(
    deps: Dependencies, message: Message, name: str, function: Callable[..., T | Failed], *args: object
) -> T | None:
    """A job's step; None: it failed for now, and the job is queued again, or people are told."""
    answer = tried(deps, name, function, *args)
    if not isinstance(answer, Failed):
        return answer
    try_later(deps, JobLog(deps), message, name, answer.fault)
    return None


def crashed(deps: Dependencies, message: Message | UnreadableWork, error: str) -> None:
    """An error in our own code: kept with the failures, so that it can be retried once it is mended."""
    if isinstance(message, UnreadableWork):
        keep_unreadable(deps, message, error)
    else:
        JobLog(deps).gave_up(message, "workflow", crash_fault(error))


def keep_attempt(deps: Dependencies, message: Message, step: str, fault: Fault) -> None:
    """Each attempt that did not succeed is kept: a failure shows all of them."""
    if not fault.untried:
        deps.records.attempts.add(attempt_of(message, step, fault, deps.now()))


def keep_unreadable(deps: Dependencies, work: UnreadableWork, error: str) -> None:
    fault = crash_fault(error)
    deps.records.failures.add(
        Failure(
            key=work.work_id,
            source=fault.service,
            ticket_id=None,
            step=f"{work.kind}: workflow"[:32],
            reason=fault.reason,
            message=fault.message,
            attempts=1,
            payload=None,
            failed_at=deps.now().isoformat(),
        )
    )


def failure_of(deps: Dependencies, message: Message, step: str, fault: Fault, *, key: str = "") -> Failure:
    """`key`: by default the run's; failures of one key are one."""
    return Failure(
        key=key or message.run_id,
        source=fault.service,
        ticket_id=message.ticket_id if isinstance(message, TicketMessage) else None,
        step=step[:32],
        reason=fault.reason,
        message=fault.message,
        attempts=message.attempt,
        payload=repeatable(message).model_dump(mode="json"),
        failed_at=deps.now().isoformat(),
    )
