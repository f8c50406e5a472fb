"""A ticket's link to an issue, and the one note on the issue that tells of the ticket."""

from dataclasses import dataclass
from datetime import datetime

from app.records.links import How, Link
from app.work.issues.issue_report import IssueReport
from app.work.issues.news import known_at_first
from app.work.issues.text import another_report
from app.work.jobs.dependencies import Dependencies
from integrations.errors import NOT_CARRIED_OUT, NotSent
from integrations.gitlab.issues import GitLabIssue


@dataclass(frozen=True)
class IssueLinks:
    deps: Dependencies

    def save(self, report: IssueReport, issue: GitLabIssue, how: How) -> None:
        self.deps.records.links.save(self.link(report, issue, how), now=self.deps.now().isoformat())

    @staticmethod
    def link(report: IssueReport, issue: GitLabIssue, how: How) -> Link:
        known = known_at_first(issue.labels, issue.milestone, report.rules.routing.closing)
        return Link(
            report.ticket_id,
            report.intent,
            report.project_id,
            report.tracker.project,
            issue.iid,
            issue.web_url,
            issue.state,
            how,
            notified=known.model_dump(mode="json"),
            channel=report.decision.channel,
        )

    def note_on_issue(self, report: IssueReport, iid: int, known: Link | None) -> None:
        """Note one more report on an issue. `known`, on every attempt but the first: the note may be there already.

        The link's time is that of the last try. Raises IntegrationError.
        """
        if report.policy.comment_on_linked and not (known and self._has_note(report, iid)):
            if known and (left := report.look_again_in(known, self.deps.now())):
                raise NotSent("gitlab", "a note may have been added; looking again soon", "note_unknown", left)
            self._add_note(report, iid)
        if report.policy.thumbs_up:
            self.deps.gitlab.thumbs_up(report.project_id, iid)

    def _add_note(self, report: IssueReport, iid: int) -> None:
        quoted = not report.action.confidential
        text = another_report(report.decision, report.text, report.marker, quoted=quoted)
        self._tried(report, self.deps.now())
        try:
            self.deps.gitlab.add_note(report.project_id, iid, text)
        except NOT_CARRIED_OUT:
            # Certainly not there: the next try need not wait.
            self._tried(report, self.deps.now() - report.settle_time)
            raise

    def _tried(self, report: IssueReport, at: datetime) -> None:
        self.deps.records.links.touch(report.ticket_id, report.intent, now=at.isoformat())

    def _has_note(self, report: IssueReport, iid: int) -> bool:
        own = self.deps.gitlab.me().id
        notes = self.deps.gitlab.notes(report.project_id, iid)
        return any(note.author_id == own and report.marker in note.body.partition("\n")[0] for note in notes)
