"""Work that is no ticket's: follow an issue, keep the index, compare. Its failures and its second tries.

As with tickets, a step that fails for now does not sleep: the same work is queued again for later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog

from app.records.attempts import Attempts
from app.records.failures import Failure, Failures
from app.rulebook import Rulebook
from app.work.engine.engine import JSON
from app.work.jobs.attempt import Runner, attempt_of, next_attempt, plan_again, run_of
from app.work.jobs.fault import crash, fault_of
from app.work.jobs.pause import PAUSED, Holding
from app.work.jobs.retry_policy import Fault
from integrations.errors import IntegrationError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Jobs:
    runner: Runner
    failures: Failures
    attempts: Attempts
    holding: Holding
    rulebook: Rulebook
    now: Callable[[], datetime]

    def step(self, name: str, function: Callable[..., JSON], *args: object) -> JSON:
        """The step's answer; `{"fault": ...}` where a service did not do it."""
        return self.runner.step(name, _guarded, function, args)

    def again(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        """The same work later, or a failure that people see."""
        if fault["reason"] == PAUSED:
            return self.runner.step("hold", self.holding.hold, delivery)
        planned = self.runner.step(f"plan_{step}_again", self._plan, delivery, step, fault)
        if planned["wait"] is None:
            return self.runner.step("give_up", self.give_up, delivery, step, fault)
        self.runner.later(next_attempt(delivery, planned["wait"], fault))
        return {"ended": "put off", "wait": planned["wait"]}

    def crashed(self, delivery: JSON, error: str) -> JSON:
        return self.give_up(delivery, "workflow", asdict(crash(error)))

    def give_up(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        log.error("job_failed", workflow=delivery["workflow"], key=delivery["key"], step=step, reason=fault["reason"])
        self.attempts.add(attempt_of(delivery, step, Fault(**fault), self.now()))
        self.failures.add(
            Failure(
                key=run_of(delivery),
                source=fault["service"],
                ticket_id=None,
                step=f"{delivery['workflow']}: {step}"[:32],
                reason=fault["reason"],
                message=fault["message"],
                attempts=delivery["attempt"],
                payload=delivery,
                failed_at=self.now().isoformat(),
            )
        )
        return {"ended": "failed", "reason": fault["reason"]}

    def _plan(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        if not fault.get("untried"):
            self.attempts.add(attempt_of(delivery, step, Fault(**fault), self.now()))
        return plan_again(delivery, fault, self.rulebook.current().routing.limits.attempts)


def _guarded(function: Callable[..., JSON], args: tuple[object, ...]) -> JSON:
    try:
        return function(*args)
    except IntegrationError as error:
        return {"fault": asdict(fault_of(error))}
