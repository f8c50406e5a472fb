"""Find the issue that a ticket reports, or open one: at most one per ticket and intent, whatever is killed or lost.

The claim is written before GitLab is asked to open; an answer that never came leaves the claim, and the next try looks
for the marker (first line, written by us) before it opens anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.records.links import How, Link, Links, by_hand
from app.records.tracked_issues import TrackedIssue
from app.rules.loading import Rules
from app.rules.schema.archetypes import IssueConfig
from app.rules.schema.base import TeamConfig, TrackerConfig
from app.triage.actions import Issue as IssueAction
from app.work.issues.mirror import Tracked, row_of
from app.work.issues.news import known_at_first
from app.work.issues.similar import Candidates
from app.work.issues.text import Report, another_report, issue_description, issue_title
from app.work.lookups import Projects
from app.work.messages import Decided, Found, IssueRef
from integrations.errors import NOT_CARRIED_OUT, IntegrationError, NotFound, NotSent
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.quoting import marker

REPORT = "report"
LOOK_AGAIN_SECONDS = 1.0
MOST_CANDIDATES = 3
OPEN, LINK = "open", "link:"
"""What a person may ask for: `app.triage.actions.Issue.wish`."""


@dataclass(frozen=True)
class _Report:
    """What one ticket asks of one tracker."""

    decided: Decided
    action: IssueAction
    tracker: TrackerConfig
    project_id: int
    intent: str
    mark: str
    rules: Rules
    text: Report

    @property
    def ticket_id(self) -> int:
        return self.decided.ticket.id

    @property
    def policy(self) -> IssueConfig:
        return self.action.policy

    @property
    def settles_in(self) -> timedelta:
        """How long what was written may stay out of GitLab's answers: the request may still be running there, or a
        replica be read. Writing again before that could make a second one."""
        return timedelta(seconds=self.rules.routing.limits.issue_settle)

    def ref(self, issue: TrackedIssue, score: float = 1.0) -> IssueRef:
        return IssueRef(
            project_id=self.project_id,
            project=self.tracker.project,
            iid=issue.iid,
            title=issue.title,
            url=issue.url,
            state=issue.state,
            score=round(score, 2),
            confidential=issue.confidential,
        )


@dataclass(frozen=True)
class Issues:
    gitlab: Callable[[], GitLabClient]
    projects: Projects
    links: Links
    candidates: Candidates
    tracked: Tracked
    secret: str
    """Keeps others from writing our markers: a customer can paste one, not compute the one of another ticket."""
    not_a_person: Callable[[int, str, TeamConfig], str]
    """`Loops.not_a_person`."""
    now: Callable[[], datetime]

    def find_or_open(self, decided: Decided, action: IssueAction, rules: Rules) -> Found:
        """Raises IntegrationError: the claim then says what the next try must do."""
        tracker = rules.routing.trackers[action.policy.tracker]
        report = self._report(decided, action, tracker, self.projects.get(tracker.project).id, rules)
        if action.wish.startswith(LINK):
            return self._link_wanted(report, action.wish.removeprefix(LINK))
        known = self.links.find(decided.ticket.id, REPORT)
        if known and known.following == "removed" and action.wish != OPEN:
            return Found(outcome="none", detail=f"a person removed the link to {known.project}#{known.iid}")
        if known:
            return self._again(report, known)
        waits = "" if action.wish else self._waits_for(report)
        return Found(outcome="waits", detail=waits) if waits else self._first_time(report)

    def _report(
        self, decided: Decided, action: IssueAction, tracker: TrackerConfig, project_id: int, rules: Rules
    ) -> _Report:
        mark = marker(self.secret, (project_id, decided.ticket.id, REPORT))
        return _Report(decided, action, tracker, project_id, REPORT, mark, rules, Report.of(decided))

    def _waits_for(self, report: _Report) -> str:
        _, tagged, wanted = report.policy.open_when.partition("tagged:")
        if not tagged:
            return ""
        tags, team = report.decided.ticket.tags, report.rules.routing.team
        if wanted in tags and not self.not_a_person(report.ticket_id, wanted, team):
            return ""
        return f"waits until a person sets the tag {wanted}"

    def _again(self, report: _Report, known: Link) -> Found:
        if known.iid is None:
            return self._after_lost_answer(report, known)
        if known.how == "linked":
            self._tell_issue(report, known.iid, known)
        ref = IssueRef(project_id=known.project_id, project=known.project, iid=known.iid, title="", url=known.url)
        return Found(outcome="opened" if known.how == "opened" else "linked", issue=ref)

    def _link_wanted(self, report: _Report, wanted: str) -> Found:
        """The issue that a person chose, whatever we think of it."""
        path, _, number = wanted.rpartition("#")
        project_id = self.projects.get(path).id
        intent = by_hand(project_id, int(number))
        chosen = replace(
            report,
            tracker=report.tracker.model_copy(update={"project": path}),
            project_id=project_id,
            intent=intent,
            mark=marker(self.secret, (project_id, report.ticket_id, intent)),
        )
        known = self.links.find(report.ticket_id, intent)
        try:
            issue = row_of(self.gitlab().issue(project_id, int(number)), self.now())
        except NotFound:
            return Found(outcome="failed", detail=f"there is no issue {wanted}, or Pointsman may not read it")
        if known is None:
            self._settle(chosen, issue, "by_hand")
        self._tell_issue(chosen, issue.iid, known)
        return Found(outcome="linked", issue=chosen.ref(issue))

    def _first_time(self, report: _Report) -> Found:
        policy, wish = report.policy, report.action.wish
        text = report.text  # what leaves for GitLab's search must be clean too
        near = [] if wish == OPEN else self.candidates.of(text.subject, text.body, report.project_id)
        if near and policy.link_at != "never" and near[0].score >= policy.link_at:
            self._settle(report, near[0].issue, "linked")
            self._tell_issue(report, near[0].issue.iid, None)
            return Found(outcome="linked", issue=report.ref(near[0].issue, near[0].score), removed=report.text.removed)
        alike = [report.ref(one.issue, one.score) for one in near if one.score >= policy.suggest_at]
        if alike:
            return Found(outcome="suggested", candidates=tuple(alike[:MOST_CANDIDATES]))
        if policy.open_when == "never" and wish != OPEN:
            return Found(outcome="none", detail="no related issue found")
        return self._open(report)

    def _tell_issue(self, report: _Report, iid: int, known: Link | None) -> None:
        """Tell an issue of one more report. `known` on every try but the first: the note may be there, or still come.

        The link's time is that of the last try.
        """
        if report.policy.comment_on_linked and not (known and self._has_note(report, iid)):
            if known and (left := self._unsettled(report, known)):
                raise NotSent("gitlab", "a note may have been added; looking again soon", "note_unknown", left)
            self._add_note(report, iid)
        if report.policy.thumbs_up:
            self.gitlab().thumbs_up(report.project_id, iid)

    def _add_note(self, report: _Report, iid: int) -> None:
        quoted = not report.action.confidential
        text = another_report(report.decided, report.text, report.mark, quoted=quoted)
        self.links.touch(report.ticket_id, report.intent, now=self.now().isoformat())
        try:
            self.gitlab().add_note(report.project_id, iid, text)
        except NOT_CARRIED_OUT:
            # Certainly not there: the next try need not wait.
            self.links.touch(report.ticket_id, report.intent, now=(self.now() - report.settles_in).isoformat())
            raise

    def _has_note(self, report: _Report, iid: int) -> bool:
        own = self.gitlab().me().id
        notes = self.gitlab().notes(report.project_id, iid)
        return any(note.author_id == own and report.mark in note.body.partition("\n")[0] for note in notes)

    def _open(self, report: _Report) -> Found:
        claimed = self.links.claim(
            report.ticket_id,
            report.intent,
            project_id=report.project_id,
            project=report.tracker.project,
            marker=report.mark,
            now=self.now().isoformat(),
        )
        if not claimed:
            # Another worker was faster between our look and our claim: its outcome is not known to us yet.
            raise NotSent("gitlab", "another worker is opening this issue", "claimed_elsewhere", LOOK_AGAIN_SECONDS)
        try:
            issue = self.gitlab().create_issue(
                report.project_id,
                title=issue_title(report.decided, report.text),
                description=issue_description(report.decided, report.text, report.policy, report.rules, report.mark),
                labels=[*report.tracker.labels, *report.policy.labels],
                confidential=report.action.confidential,
            )
        except IntegrationError as error:
            if isinstance(error, NOT_CARRIED_OUT):  # so the claim may be taken back
                self.links.release(report.ticket_id, report.intent)
            else:
                self.links.touch(report.ticket_id, report.intent, now=self.now().isoformat())
            raise
        return self._opened(report, row_of(issue, self.now()))

    def _opened(self, report: _Report, issue: TrackedIssue) -> Found:
        self._settle(report, issue, "opened")
        self.tracked.keep([issue])  # the next ticket about the same finds it, before any sync
        return Found(outcome="opened", issue=report.ref(issue), removed=report.text.removed)

    def _after_lost_answer(self, report: _Report, claim: Link) -> Found:
        issue = self.gitlab().find_by_marker(report.project_id, claim.marker)
        if issue:
            return self._opened(report, row_of(issue, self.now()))
        if left := self._unsettled(report, claim):
            raise NotSent("gitlab", "an issue may have been opened; looking again soon", "open_unknown", left)
        self.links.release(report.ticket_id, report.intent)
        raise NotSent("gitlab", "no issue was opened by the lost request; starting again", "open_again", 0.0)

    def _unsettled(self, report: _Report, claim: Link) -> float:
        """Seconds until the next look; 0: what was not found by now is not there.

        Most often only the answer was lost, so the first looks come soon.
        """
        age = (self.now() - datetime.fromisoformat(claim.updated_at)).total_seconds()
        left = report.settles_in.total_seconds() - age
        return min(left, max(LOOK_AGAIN_SECONDS, age)) if left > 0 else 0.0

    def _settle(self, report: _Report, issue: TrackedIssue, how: How) -> None:
        self.links.settle(
            report.ticket_id,
            report.intent,
            project_id=report.project_id,
            project=report.tracker.project,
            iid=issue.iid,
            url=issue.url,
            state=issue.state,
            how=how,
            told=known_at_first(issue.labels, issue.milestone, report.rules.routing.closing),
            channel=report.decided.channel,
            now=self.now().isoformat(),
        )
