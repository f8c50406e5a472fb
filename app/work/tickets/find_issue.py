"""The step that finds (or opens) what the ticket is about in GitLab, and what to do when GitLab is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.rulebook import Rulebook
from app.triage.actions import Incident, Issue
from app.work.engine.engine import JSON
from app.work.issues.incidents import Incidents
from app.work.issues.link_or_open import Issues
from app.work.jobs.fault import fault_of
from app.work.jobs.pause import Pausing
from app.work.jobs.retry_policy import Fault
from app.work.messages import Decided, Found, IssueRef
from integrations.errors import IntegrationError


@dataclass(frozen=True)
class Finding:
    issues: Issues
    incidents: Incidents
    rulebook: Rulebook
    pausing: Pausing
    now: Callable[[], datetime]

    def find(self, delivery: JSON, decided: Decided) -> JSON:
        """`{"found"}`; with `fault` and `hold_the_tags` when it may work later, with `broken` when it never will."""
        if "told" in delivery:
            return {"found": _told(delivery["told"]["issue"]).model_dump(mode="json")}
        if paused := self.pausing.fault("issues"):
            found = Found(outcome="unreachable", detail=paused.message)
            tags_are_there = "decided" in delivery
            return {"found": found.model_dump(mode="json"), "fault": asdict(paused), "hold_the_tags": tags_are_there}
        try:
            found = self._find(decided)
        except IntegrationError as error:
            return self._not_found(delivery, fault_of(error))
        return {"found": found.model_dump(mode="json")}

    def _find(self, decided: Decided) -> Found:
        rules = self.rulebook.by_hash(decided.config_hash)
        for action in decided.plan.wanted():
            if isinstance(action, Issue):
                return self.issues.find_or_open(decided, action, rules)
            if isinstance(action, Incident):
                return self.incidents.find(decided, action, rules)
        return Found()

    def _not_found(self, delivery: JSON, fault: Fault) -> JSON:
        """Within the patience of `limits.issue_wait` the tags wait for the issue; past it they go first."""
        tags_are_there = "decided" in delivery
        if not fault.retryable:
            found = Found(outcome="failed", detail=fault.message)
            # The ticket says already that there is no link: a second try that fails too says it to people only.
            ended = {"fault": asdict(fault), "hold_the_tags": True} if tags_are_there else {"broken": asdict(fault)}
            return {"found": found.model_dump(mode="json"), **ended}
        found = Found(outcome="unreachable", detail=fault.message)
        waited = self.now() - datetime.fromisoformat(delivery["accepted_at"])
        if fault.untried:  # known to stay away for so long
            waited += timedelta(seconds=fault.retry_after or 0.0)
        patience = timedelta(seconds=self.rulebook.current().routing.limits.issue_wait)
        return {
            "found": found.model_dump(mode="json"),
            "fault": asdict(fault),
            "hold_the_tags": tags_are_there or waited < patience,
        }


def _told(issue: JSON | None) -> Found:
    """News name their issue, if they are about one: nothing has to be looked for."""
    if issue is None:
        return Found()
    return Found(outcome="linked", issue=IssueRef.model_validate(issue))
