"""Find the open incident that explains a stability complaint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.links import Links
from app.rules.loading import Rules
from app.triage.actions import Incident as IncidentAction
from app.triage.similarity import similarity
from app.work.decided import Decided, Found, IssueRef
from app.work.lookups import Projects
from integrations.gitlab.client import GitLabClient

INCIDENT = "incident"
MOST_OPEN = 20


@dataclass(frozen=True)
class Incidents:
    gitlab: Callable[[], GitLabClient]
    projects: Projects
    links: Links
    now: Callable[[], datetime]

    def find(self, decided: Decided, action: IncidentAction, rules: Rules) -> Found:
        """The incident that the ticket speaks of most, the newest among equals. Raises IntegrationError."""
        known = self.links.find(decided.ticket.id, INCIDENT)
        if known and known.iid is not None:
            return Found(
                outcome="linked", issue=IssueRef(project=known.project, iid=known.iid, title="", url=known.url)
            )
        text = f"{decided.ticket.subject}\n{decided.ticket.body}"
        began_after = self.now() - timedelta(hours=action.incidents.hours)
        found: list[tuple[float, datetime, int, IssueRef]] = []
        for name in action.incidents.trackers:
            tracker = rules.routing.trackers[name]
            project = self.projects.get(tracker.project)
            for issue in self.gitlab().open_issues(
                project.id, labels=action.incidents.labels, created_after=began_after, limit=MOST_OPEN
            ):
                ref = IssueRef(
                    project=tracker.project,
                    iid=issue.iid,
                    title=issue.title,
                    url=issue.web_url,
                    confidential=issue.confidential or project.visibility != "public",
                )
                score = similarity(text, issue.title, issue.description)
                found.append((score, issue.created_at, project.id, ref.model_copy(update={"score": round(score, 2)})))
        if not found:
            return Found(outcome="none", detail="no open incident in the last hours")
        _, _, project_id, ref = max(found, key=lambda one: (one[0], one[1]))
        self.links.settle(
            decided.ticket.id,
            INCIDENT,
            project_id=project_id,
            project=ref.project,
            iid=ref.iid,
            url=ref.url,
            state="opened",
            how="linked",
            now=self.now().isoformat(),
        )
        return Found(outcome="linked", issue=ref)
