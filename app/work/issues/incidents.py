"""Find the open incident that explains a stability complaint, and what Sentry saw at the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.records.links import Links
from app.rules.loading import Rules
from app.triage.actions import Incident as IncidentAction
from app.triage.incident_choice import ComplaintText, Ranked, best, rank_errors, rank_incidents
from app.work.issues.news import known_at_first
from app.work.lookups import Projects
from app.work.messages import Decided, Found, Hint, IssueRef
from app.work.snapshot import ticket_from_json
from integrations.errors import IntegrationError
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Issue, Project
from integrations.sentry.client import SentryClient
from integrations.sentry.issues import SentryIssue

log = structlog.get_logger(__name__)

INCIDENT = "incident"
MOST_OPEN = 20
MOST_ERRORS = 100
MOST_HINTS = 3


@dataclass(frozen=True)
class Incidents:
    gitlab: Callable[[], GitLabClient]
    sentry: SentryClient | None
    """None without SENTRY_URL."""
    projects: Projects
    links: Links
    now: Callable[[], datetime]

    def find(self, decided: Decided, action: IncidentAction, rules: Rules) -> Found:
        """By time and by what the ticket mentions; rather none than the wrong one. Raises IntegrationError."""
        known = self.links.find(decided.ticket.id, INCIDENT)
        if known and known.iid is not None:
            if known.following == "removed":
                return Found(outcome="none", detail=f"a person removed the link to {known.project}#{known.iid}")
            ref = IssueRef(project=known.project, iid=known.iid, title="", url=known.url)
            return Found(outcome="linked", issue=ref)
        complaint = _complaint(decided, self.now())
        began_after = self.now() - timedelta(hours=action.incidents.hours)
        projects: dict[int, Project] = {}
        incidents: list[Issue] = []
        for name in action.incidents.trackers:
            project = self.projects.get(rules.routing.trackers[name].project)
            projects[project.id] = project
            incidents += self._open(project.id, action.incidents.labels, began_after)
        ranked = rank_incidents(complaint, incidents)
        hints = self._hints(ranked, complaint, began_after if action.incidents.sentry else None)
        chosen = best(ranked)
        if chosen is None:
            detail = "no open incident in the last hours" if not incidents else "no open incident explains it"
            return Found(outcome="none", detail=detail, hints=hints)
        project = projects[chosen.cause.project_id]
        return self._link(decided, chosen, project, rules, hints)

    def _open(self, project_id: int, labels: Sequence[str], created_after: datetime) -> list[Issue]:
        """With one of the labels: GitLab joins them with AND, so each is asked for."""
        asked: list[tuple[str, ...]] = [(label,) for label in labels] or [()]
        found = {
            issue.id: issue
            for one in asked
            for issue in self.gitlab().open_issues(project_id, labels=one, created_after=created_after, limit=MOST_OPEN)
        }
        return list(found.values())

    def _link(
        self, decided: Decided, chosen: Ranked[Issue], project: Project, rules: Rules, hints: tuple[Hint, ...]
    ) -> Found:
        issue = chosen.cause
        ref = IssueRef(
            project=project.path,
            iid=issue.iid,
            title=issue.title,
            url=issue.web_url,
            score=round(chosen.score, 2),
            confidential=issue.confidential or project.visibility != "public",
        )
        self.links.settle(
            decided.ticket.id,
            INCIDENT,
            project_id=project.id,
            project=ref.project,
            iid=ref.iid,
            url=ref.url,
            state="opened",
            how="linked",
            told={
                "public": not ref.confidential,
                **known_at_first(issue.labels, issue.milestone, rules.routing.closing),
            },
            channel=decided.channel,
            now=self.now().isoformat(),
        )
        return Found(outcome="linked", issue=ref, detail="; ".join(chosen.because), hints=hints)

    def _hints(
        self, incidents: Sequence[Ranked[Issue]], complaint: ComplaintText, errors_since: datetime | None
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
        """Sentry is a help, not a condition: without it the ticket is decided all the same."""
        if self.sentry is None:
            return []
        try:
            return self.sentry.unresolved(since, MOST_ERRORS)
        except IntegrationError as error:
            log.warning("sentry_silent", reason=error.reason)
            return []


def _complaint(decided: Decided, now: datetime) -> ComplaintText:
    wrote = ticket_from_json(decided.snapshot).created_at if decided.snapshot else now
    return ComplaintText(f"{decided.ticket.subject}\n{decided.ticket.body}", wrote)
