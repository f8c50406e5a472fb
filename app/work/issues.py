"""Find the issue that a ticket reports, or open one: at most one per ticket and intent, whatever is killed or lost.

The claim is written before GitLab is asked to open; an answer that never came leaves the claim, and the next try looks
for the marker (first line, written by us) before it opens anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.links import How, Link, Links
from app.rules.loading import Rules
from app.rules.schema import IssuePolicy, Tracker
from app.triage.actions import Issue as IssueAction
from app.triage.similarity import search_words, similarity
from app.work.decided import Decided, Found, IssueRef
from app.work.issue_text import another_report, issue_description, issue_title
from app.work.lookups import Projects
from integrations.errors import (
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Issue
from integrations.gitlab.quoting import marker

REPORT = "report"
MOST_CANDIDATES = 3
# How long an issue that was created may stay out of GitLab's search: the request may still be running there, or a
# replica be read. Opening again before that could make a second one.
SETTLE_TIME = timedelta(seconds=45)
# The request was refused or never carried out, so the claim may be taken back.
_NOT_CARRIED_OUT = (Refused, Invalid, NotFound, RateLimited, Unavailable)


@dataclass(frozen=True)
class _Report:
    """What one ticket asks of one tracker."""

    decided: Decided
    action: IssueAction
    tracker: Tracker
    project_id: int
    mark: str

    @property
    def ticket_id(self) -> int:
        return self.decided.ticket.id

    @property
    def policy(self) -> IssuePolicy:
        return self.action.policy

    def ref(self, issue: Issue, score: float = 1.0) -> IssueRef:
        return IssueRef(
            project=self.tracker.project,
            iid=issue.iid,
            title=issue.title,
            url=issue.web_url,
            score=round(score, 2),
            confidential=issue.confidential,
        )


@dataclass(frozen=True)
class Issues:
    gitlab: Callable[[], GitLabClient]
    projects: Projects
    links: Links
    secret: str
    """Keeps others from writing our markers: a customer can paste one, not compute the one of another ticket."""
    now: Callable[[], datetime]

    def find_or_open(self, decided: Decided, action: IssueAction, rules: Rules) -> Found:
        """Raises IntegrationError: the claim then says what the next try must do."""
        tracker = rules.routing.trackers[action.policy.tracker]
        project_id = self.projects.get(tracker.project).id
        mark = marker(self.secret, (project_id, decided.ticket.id, REPORT))
        report = _Report(decided, action, tracker, project_id, mark)
        known = self.links.find(decided.ticket.id, REPORT)
        if known:
            return self._again(report, known)
        waits = _waits_for(report.policy, decided.ticket.tags)
        return Found(outcome="waits", detail=waits) if waits else self._first_time(report, rules)

    def _again(self, report: _Report, known: Link) -> Found:
        if known.iid is None:
            return self._after_lost_answer(report, known)
        if known.how == "linked":
            self._tell_issue(report, known.iid, look_first=True)
        ref = IssueRef(project=known.project, iid=known.iid, title="", url=known.url)
        return Found(outcome="opened" if known.how == "opened" else "linked", issue=ref)

    def _first_time(self, report: _Report, rules: Rules) -> Found:
        policy = report.policy
        candidates = self._candidates(report)
        if candidates and policy.link_at != "never" and candidates[0][1] >= policy.link_at:
            issue, score = candidates[0]
            self._settle(report, issue, "linked")
            self._tell_issue(report, issue.iid, look_first=False)
            return Found(outcome="linked", issue=report.ref(issue, score))
        near = [report.ref(issue, score) for issue, score in candidates if score >= policy.suggest_at]
        if near:
            return Found(outcome="suggested", candidates=tuple(near[:MOST_CANDIDATES]))
        if policy.open_when == "never":
            return Found(outcome="none", detail="no related issue found")
        return self._open(report, rules)

    def _candidates(self, report: _Report) -> list[tuple[Issue, float]]:
        """Issues that speak of the same, with how much they do, the closest first."""
        ticket = report.decided.ticket
        words = search_words(ticket.subject, ticket.body)
        if not words:
            return []
        found = self.gitlab().search_issues(report.project_id, " ".join(words), state="opened")
        text = f"{ticket.subject}\n{ticket.body}"
        scored = [(issue, similarity(text, issue.title, issue.description)) for issue in found]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0].iid))

    def _tell_issue(self, report: _Report, iid: int, *, look_first: bool) -> None:
        """Tell an issue of one more report. `look_first` on every try but the first: the note may be there."""
        if report.policy.comment_on_linked and not (look_first and self._has_note(report, iid)):
            quoted = not report.action.confidential
            self.gitlab().add_note(report.project_id, iid, another_report(report.decided, report.mark, quoted=quoted))
        if report.policy.thumbs_up:
            self.gitlab().thumbs_up(report.project_id, iid)

    def _has_note(self, report: _Report, iid: int) -> bool:
        own = self.gitlab().me().id
        notes = self.gitlab().notes(report.project_id, iid)
        return any(note.author_id == own and report.mark in note.body.partition("\n")[0] for note in notes)

    def _open(self, report: _Report, rules: Rules) -> Found:
        claimed = self.links.claim(
            report.ticket_id,
            REPORT,
            project_id=report.project_id,
            project=report.tracker.project,
            marker=report.mark,
            now=self.now().isoformat(),
        )
        if not claimed:
            # Another worker was faster between our look and our claim: its outcome is not known to us yet.
            raise UnknownOutcome("gitlab", "another worker is opening this issue", "claimed_elsewhere")
        try:
            issue = self.gitlab().create_issue(
                report.project_id,
                title=issue_title(report.decided),
                description=issue_description(report.decided, report.policy, rules, report.mark),
                labels=[*report.tracker.labels, *report.policy.labels],
                confidential=report.action.confidential,
            )
        except IntegrationError as error:
            if isinstance(error, _NOT_CARRIED_OUT):
                self.links.release(report.ticket_id, REPORT)
            else:
                self.links.touch(report.ticket_id, REPORT, now=self.now().isoformat())
            raise
        self._settle(report, issue, "opened")
        return Found(outcome="opened", issue=report.ref(issue))

    def _after_lost_answer(self, report: _Report, claim: Link) -> Found:
        issue = self.gitlab().find_by_marker(report.project_id, claim.marker)
        if issue:
            self._settle(report, issue, "opened")
            return Found(outcome="opened", issue=report.ref(issue))
        if self.now() - datetime.fromisoformat(claim.updated_at) < SETTLE_TIME:
            raise UnknownOutcome("gitlab", "an issue may have been opened; looking again soon", "open_unknown")
        self.links.release(report.ticket_id, REPORT)
        raise UnknownOutcome("gitlab", "no issue was opened by the lost request; starting again", "open_again")

    def _settle(self, report: _Report, issue: Issue, how: How) -> None:
        self.links.settle(
            report.ticket_id,
            REPORT,
            project_id=report.project_id,
            project=report.tracker.project,
            iid=issue.iid,
            url=issue.web_url,
            state=issue.state,
            how=how,
            now=self.now().isoformat(),
        )


def _waits_for(policy: IssuePolicy, tags: tuple[str, ...]) -> str:
    wanted = policy.open_when.removeprefix("tagged:")
    if policy.open_when.startswith("tagged:") and wanted not in tags:
        return f"waits until a person sets the tag {wanted}"
    return ""
