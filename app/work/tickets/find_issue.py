"""The step that finds (or opens) what the ticket is about in GitLab, and what to do when GitLab does not answer."""

from dataclasses import dataclass
from datetime import timedelta

from app.rules.actions.findings import Found, IssueRef
from app.rules.actions.incident import Incident
from app.rules.actions.issue import Issue
from app.work.answers.find import AnswerFinder
from app.work.documentation.find import SectionFinder
from app.work.issues.incidents import IncidentFinder
from app.work.issues.link_or_open import IssueLinker
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import fault_of
from app.work.messages import (
    Fault,
    FindResult,
    IssueDelayed,
    IssueFound,
    IssueImpossible,
    IssueNews,
    LinkTicket,
    TicketDecision,
    TicketMessage,
    TriageTicket,
)
from integrations.errors import IntegrationError

# News of one issue reach hundreds of tickets: each asks again only if it had to wait.
LOOKED_JUST_NOW = timedelta(seconds=30)


@dataclass(frozen=True)
class IssueFinder:
    deps: Dependencies
    linker: IssueLinker
    incidents: IncidentFinder
    sections: SectionFinder
    answers: AnswerFinder

    def find(self, message: TicketMessage, decision: TicketDecision) -> FindResult:
        found = self._find_issue(message, decision)
        rules = self.deps.rulebook.by_hash(decision.config_hash)
        beside = {"sections": self.sections.of(decision, rules), "answered": self.answers.of(decision)}
        return found.model_copy(update={"found": found.found.model_copy(update=beside)})

    def _find_issue(self, message: TicketMessage, decision: TicketDecision) -> FindResult:
        if isinstance(message, TriageTicket) and isinstance(message.cause, IssueNews):
            return IssueFound(found=self._named_by_news(message, message.cause.issue))
        if paused := self.deps.pause.fault("issues"):
            return _delayed(paused, write_first=not isinstance(message, LinkTicket))
        try:
            return IssueFound(found=self._find(decision))
        except IntegrationError as error:
            return self._not_found(message, fault_of(error))

    def _named_by_news(self, message: TicketMessage, issue: IssueRef | None) -> Found:
        """News name their issue, if they are about one. Its visibility is that of the look, unless that is long ago."""
        if issue is None:
            return Found()
        if not issue.confidential and self.deps.now() - message.accepted_at > LOOKED_JUST_NOW:
            issue = issue.model_copy(update={"confidential": not self._still_public(issue)})
        # Without the project's id: this report is counted already.
        return Found(outcome="linked", issue=issue.model_copy(update={"project_id": 0}))

    def _still_public(self, issue: IssueRef) -> bool:
        """Not if GitLab does not answer: the news go without the issue's name then."""
        try:
            return self.deps.visibility.is_public(self.deps.gitlab.issue(issue.project_id, issue.iid))
        except IntegrationError:
            return False

    def _find(self, decision: TicketDecision) -> Found:
        rules = self.deps.rulebook.by_hash(decision.config_hash)
        for action in decision.plan.wanted():
            if isinstance(action, Issue):
                return self.linker.find_or_open(decision, action, rules)
            if isinstance(action, Incident):
                return self.incidents.find(decision, action, rules)
        return Found()

    def _not_found(self, message: TicketMessage, fault: Fault) -> FindResult:
        """Within the patience of `limits.issue_wait` the tags wait for the issue; past it they go first."""
        tags_are_there = isinstance(message, LinkTicket)
        if not fault.retryable:
            failed = Found(outcome="failed", detail=fault.message)
            if tags_are_there:
                # The ticket says already that there is no link: a second try that fails too says it to people only.
                return IssueDelayed(found=failed, fault=fault, write_first=False)
            return IssueImpossible(found=failed, fault=fault)
        waited = self.deps.now() - message.accepted_at
        if fault.untried:  # GitLab is known to stay away for so long
            waited += timedelta(seconds=fault.retry_after or 0.0)
        out_of_patience = waited >= timedelta(seconds=self.deps.limits.issue_wait)
        return _delayed(fault, write_first=out_of_patience and not tags_are_there)


def _delayed(fault: Fault, *, write_first: bool) -> IssueDelayed:
    return IssueDelayed(found=Found(outcome="unreachable", detail=fault.message), fault=fault, write_first=write_first)
