"""The steps of the workflow, put together: each takes and answers plain JSON, which is kept with the work."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from app.rulebook import Rulebook
from app.work.engine.engine import JSON
from app.work.jobs.fault import crash, fault_of
from app.work.jobs.pause import Holding
from app.work.jobs.retry_policy import Fault
from app.work.messages import Decided
from app.work.tickets.decide import Deciding
from app.work.tickets.decision_log import Recorder
from app.work.tickets.find_issue import Finding
from app.work.tickets.write import Writing
from integrations.errors import IntegrationError


@dataclass(frozen=True)
class LiveSteps:
    deciding: Deciding
    finding: Finding
    writing: Writing
    recorder: Recorder
    rulebook: Rulebook
    holding: Holding

    def attempts(self) -> int:
        return self.rulebook.current().routing.limits.attempts

    def decide(self, delivery: JSON) -> JSON:
        try:
            return self.deciding.decide(delivery)
        except IntegrationError as error:
            return {"fault": asdict(fault_of(error))}

    def find(self, delivery: JSON, decided: JSON) -> JSON:
        return self.finding.find(delivery, Decided.model_validate(decided["decided"]))

    def write(self, delivery: JSON, decided: JSON, found: JSON) -> JSON:
        return self.writing.write(delivery, Decided.model_validate(decided["decided"]), found)

    def settle(self, delivery: JSON, decided: JSON, found: JSON) -> JSON:
        return self.writing.settle(delivery, Decided.model_validate(decided["decided"]), found)

    def collect(self, delivery: JSON, decided: JSON, found: JSON) -> JSON:
        return self.writing.collect(delivery, Decided.model_validate(decided["decided"]), found)

    def put_off(self, delivery: JSON, step: str, fault: JSON, wait: float) -> JSON:
        return self.recorder.put_off(delivery, step, Fault(**fault), wait)

    def attempted(self, delivery: JSON, step: str, fault: JSON) -> None:
        self.recorder.attempted(delivery, step, Fault(**fault))

    def hold(self, delivery: JSON) -> JSON:
        return self.holding.hold(delivery)

    def crashed(self, delivery: JSON, error: str) -> JSON:
        """Somewhere in our own code: kept with the failures, so that it can be retried once it is mended."""
        return self.recorder.failed(delivery, "workflow", crash(error))

    def give_up(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        return self.recorder.failed(delivery, step, Fault(**fault))
