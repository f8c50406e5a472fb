"""Find the open incident that explains a stability complaint, and what Sentry saw at the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.records.links import Link
from app.rules.actions.findings import Found, Hint, IssueRef
from app.rules.actions.incident import Incident as IncidentAction
from app.rules.loading import Rules
from app.triage.incident_choice import ComplaintText, Ranked, best, rank_errors, rank_incidents
from app.work.issues.news import known_at_first
from app.work.issues.projects import ProjectCache
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TicketDecision
from integrations.errors import IntegrationError, NotFound
from integrations.gitlab.issues import GitLabIssue, Project
from integrations.sentry.issues import SentryIssue

log = structlog.get_logger(__name__)

INCIDENT = "incident"
MOST_OPEN = 20
MOST_ERRORS = 100
MOST_HINTS = 3


@dataclass(frozen=True)
class IncidentFinder:
    deps: Dependencies
    projects: ProjectCache

    def find(self, decision: TicketDecision, action: IncidentAction, rules: Rules) -> Found:
        """By time and by what the ticket mentions; rather none than the wrong one. Raises IntegrationError."""
        known = self.deps.records.links.find(decision.ticket.id, INCIDENT)
        if known and known.iid is not None:
            if known.following == "removed":
                return Found(outcome="none", detail=f"a person removed the link to {known.project}#{known.iid}")
            return self._known(known, known.iid)
        complaint = _complaint(decision)
        began_after = self.deps.now() - timedelta(hours=action.incidents.hours)
        projects: dict[int, Project] = {}
        incidents: list[GitLabIssue] = []
        for name in action.incidents.trackers:
            project = self.projects.get(rules.routing.trackers[name].project)
            projects[project.id] = project
            incidents += self._open(project.id, action.incidents.labels, began_after)
        ranked = rank_incidents(complaint, incidents)
        hints = self._hints(ranked, complaint, began_after if action.incidents.sentry else None)
        chosen = best(ranked)
        if chosen is None:
            none = f"no open incident of the last {action.incidents.hours} hours"
            detail = "no open incident explains it" if incidents else none
            return Found(outcome="none", detail=detail, hints=hints)
        project = projects[chosen.cause.project_id]
        return self._link(decision, chosen, project, rules, hints)

    def _known(self, link: Link, iid: int) -> Found:
        try:
            incident = self.deps.gitlab.issue(link.project_id, iid)
        except NotFound:
            return Found(outcome="none", detail=f"Pointsman no longer finds the incident {link.project}#{iid}")
        hidden = not self.deps.visibility.is_public(incident)
        ref = IssueRef(project=link.project, iid=iid, title="", url=incident.web_url, confidential=hidden)
        return Found(outcome="linked", issue=ref)

    def _open(self, project_id: int, labels: Sequence[str], created_after: datetime) -> list[GitLabIssue]:
        """With one of the labels: GitLab joins them with AND, so each is asked for."""
        asked: list[tuple[str, ...]] = [(label,) for label in labels] or [()]
        found = {
            issue.id: issue
            for one in asked
            for issue in self.deps.gitlab.open_issues(
                project_id, labels=one, created_after=created_after, limit=MOST_OPEN
            )
        }
        return list(found.values())

    def _link(
        self,
        decision: TicketDecision,
        chosen: Ranked[GitLabIssue],
        project: Project,
        rules: Rules,
        hints: tuple[Hint, ...],
    ) -> Found:
        issue = chosen.cause
        ref = IssueRef(
            project=project.path,
            iid=issue.iid,
            title=issue.title,
            url=issue.web_url,
            score=round(chosen.score, 2),
            confidential=not self.deps.visibility.is_public(issue),
        )
        known = known_at_first(issue.labels, issue.milestone, rules.routing.closing, public=not ref.confidential)
        link = Link(
            decision.ticket.id,
            INCIDENT,
            project.id,
            ref.project,
            ref.iid,
            ref.url,
            "opened",
            "linked",
            notified=known.model_dump(mode="json"),
            channel=decision.channel,
        )
        self.deps.records.links.save(link, now=self.deps.now().isoformat())
        return Found(outcome="linked", issue=ref, detail="; ".join(chosen.because), hints=hints)

    def _hints(
        self, incidents: Sequence[Ranked[GitLabIssue]], complaint: ComplaintText, errors_since: datetime | None
    ) -> tuple[Hint, ...]:
        """For a person, in the internal note: what may have to do with it, and explains nothing by itself."""
        found = [
            Hint(text=f"May have to do with it: {one.cause.reference} {one.cause.title}", url=one.cause.web_url)
            for one in incidents
            if one.fit == "time_only"
        ]
        if errors_since is not None:
            found += [
                Hint(
                    text=f"Sentry: {one.cause.short_id} {one.cause.title} ({one.cause.count}×)", url=one.cause.permalink
                )
                for one in rank_errors(complaint, self._errors(errors_since))
                if one.explains or one.fit == "chronic"
            ]
        return tuple(found[:MOST_HINTS])

    def _errors(self, since: datetime) -> list[SentryIssue]:
        """Sentry is a help, not a condition: without it the ticket is still decided."""
        sentry = self.deps.clients.sentry
        if sentry is None:
            return []
        try:
            return sentry.unresolved(since, MOST_ERRORS)
        except IntegrationError as error:
            log.warning("sentry_silent", reason=error.reason)
            return []


def _complaint(decision: TicketDecision) -> ComplaintText:
    return ComplaintText(f"{decision.ticket.subject}\n{decision.ticket.body}", decision.judged.created_at)
