"""What one ticket asks of one tracker. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from app.records.links import Link
from app.rules.actions.issue import Issue as IssueAction
from app.rules.actions.issue import IssueConfig
from app.rules.loading import Rules
from app.rules.schema.base import TrackerConfig
from app.work.issues.text import Report
from app.work.messages import TicketDecision
from integrations.gitlab.issues import GitLabIssue

LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class IssueReport:
    decision: TicketDecision
    action: IssueAction
    tracker: TrackerConfig
    project_id: int
    intent: str
    marker: str
    rules: Rules
    text: Report

    @property
    def ticket_id(self) -> int:
        return self.decision.ticket.id

    @property
    def policy(self) -> IssueConfig:
        return self.action.policy

    @property
    def settle_time(self) -> timedelta:
        """How long what was written may stay out of GitLab's answers: the request may still be running there, or a
        replica be read. Writing again before that could make a second one."""
        return timedelta(seconds=self.rules.routing.limits.issue_settle)

    def look_again_in(self, tried: Link, now: datetime) -> float:
        """Seconds until the next look; 0: what was not found by now is not there.

        Most often only the answer was lost, so the first looks come soon.
        """
        age = (now - datetime.fromisoformat(tried.updated_at)).total_seconds()
        left = self.settle_time.total_seconds() - age
        return min(left, max(LOOK_AGAIN_SECONDS, age)) if left > 0 else 0.0

    def about(self, issue: GitLabIssue) -> Self:
        """The same for an issue that may live in another project: it was moved, or is a duplicate of one there."""
        if issue.project_id == self.project_id:
            return self
        project = issue.reference.partition("#")[0] or self.tracker.project
        tracker = self.tracker.model_copy(update={"project": project})
        return replace(self, tracker=tracker, project_id=issue.project_id)
