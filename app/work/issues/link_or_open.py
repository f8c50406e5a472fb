"""Find the issue that a ticket reports, or open one: at most one per ticket and intent, whatever is killed or lost.

The claim is written before GitLab is asked to open; an answer that never came leaves the claim, and the next try looks
for the marker (first line, written by us) before it opens anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.records.database import Connection
from app.records.links import Link, OpenClaim, manual_intent
from app.rules.actions.findings import Found
from app.rules.actions.issue import Issue as IssueAction
from app.rules.loading import Rules
from app.rules.schema.base import TrackerConfig
from app.work.issues.issue_links import IssueLinks
from app.work.issues.issue_report import LOOK_AGAIN_SECONDS, IssueReport
from app.work.issues.known_issue import CandidateIssue, KnownIssues, LookOutcome
from app.work.issues.mirror import IssueMirror
from app.work.issues.news import CLOSED_AS
from app.work.issues.projects import ProjectCache
from app.work.issues.successor import successor_of
from app.work.issues.sync import SYNC_SECONDS
from app.work.issues.text import Report, issue_description, issue_title
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TicketDecision
from app.work.provenance import Provenance
from integrations.errors import NOT_CARRIED_OUT, IntegrationError, NotFound, NotSent
from integrations.gitlab.issues import GitLabIssue
from integrations.gitlab.quoting import make_marker

REPORT = "report"
# Of a claim: as much as an issue is compared by.
LONGEST_TEXT = 4000
OPEN, LINK = "open", "link:"
"""What a person may ask for: `app.rules.actions.issue.Issue.command`."""


@dataclass(frozen=True)
class IssueLinker:
    deps: Dependencies
    projects: ProjectCache
    known_issues: KnownIssues
    links: IssueLinks
    mirror: IssueMirror
    provenance: Provenance

    def find_or_open(self, decision: TicketDecision, action: IssueAction, rules: Rules) -> Found:
        """Raises IntegrationError: the claim then says what the next try must do."""
        tracker = rules.routing.trackers[action.policy.tracker]
        report = self._report(decision, action, tracker, self.projects.get(tracker.project).id, rules)
        if action.command.startswith(LINK):
            return self._link_wanted(report, action.command.removeprefix(LINK))
        known = None if self._is_new(report) else self.deps.records.links.find(report.ticket_id, REPORT)
        if known and known.following == "removed" and action.command != OPEN:
            return Found(outcome="none", detail=f"a person removed the link to {known.project}#{known.iid}")
        if known:
            return self._again(report, known)
        if report.text.is_deleted and not action.command:  # all such tickets would be alike, and share an issue
            return Found(outcome="none", detail="its post was deleted, and says nothing that could be reported")
        waits = "" if action.command else self._waits_for(report)
        return Found(outcome="waits", detail=waits) if waits else self._first_time(report)

    def _report(
        self, decision: TicketDecision, action: IssueAction, tracker: TrackerConfig, project_id: int, rules: Rules
    ) -> IssueReport:
        marker = make_marker(self.deps.marker_secret, (project_id, decision.ticket.id, REPORT))
        return IssueReport(decision, action, tracker, project_id, REPORT, marker, rules, Report.of(decision))

    def _is_new(self, report: IssueReport) -> bool:
        """A ticket that nothing was decided about has no link, unless this very work was cut off after its claim."""
        return self.deps.engine.first_try() and not self.deps.records.decisions.of_ticket(report.ticket_id)

    def _waits_for(self, report: IssueReport) -> str:
        _, tagged, wanted = report.policy.open_when.partition("tagged:")
        if not tagged:
            return ""
        tags, team = report.decision.ticket.tags, report.rules.routing.team
        if wanted in tags and not self.provenance.not_a_person(report.ticket_id, wanted, team):
            return ""
        return f"waits until a person sets the tag {wanted}"

    def _again(self, report: IssueReport, known: Link) -> Found:
        if known.iid is None:
            return self._after_lost_answer(report, known)
        try:
            issue = self.deps.gitlab.issue(known.project_id, known.iid)
            about = report.about(issue)
            if known.how == "linked":
                self.links.note_on_issue(about, known.iid, known)
        except NotFound:
            return self._lost(report, known, known.iid)
        ref = self.known_issues.ref(about, CandidateIssue(issue)).model_copy(update={"title": ""})
        return Found(outcome="opened" if known.how == "opened" else "linked", issue=ref)

    def _lost(self, report: IssueReport, known: Link, iid: int) -> Found:
        """The known issue is not there any more. What we opened for the ticket and somebody deleted is not opened
        again, unless a person asks for it."""
        self.mirror.forget(known.project_id, iid)
        if known.how == "opened" and report.action.command != OPEN:
            gone = f"the issue {known.project}#{iid} was deleted, or Pointsman may no longer read it"
            return Found(outcome="none", detail=gone)
        self.deps.records.links.forget(report.ticket_id, report.intent)
        return self._first_time(report)

    def _link_wanted(self, report: IssueReport, wanted: str) -> Found:
        """The issue that a person chose, whatever we think of it."""
        path, _, number = wanted.rpartition("#")
        project_id = self.projects.get(path).id
        intent = manual_intent(project_id, int(number))
        chosen = replace(
            report,
            tracker=report.tracker.model_copy(update={"project": path}),
            project_id=project_id,
            intent=intent,
            marker=make_marker(self.deps.marker_secret, (project_id, report.ticket_id, intent)),
        )
        known = self.deps.records.links.find(report.ticket_id, intent)
        try:
            issue = successor_of(self.deps.gitlab.issue(project_id, int(number)), self.deps.gitlab).issue
        except NotFound:
            return Found(outcome="failed", detail=f"there is no issue {wanted}, or Pointsman may not read it")
        chosen = chosen.about(issue)
        if known and known.following == "removed":
            self.deps.records.links.forget(report.ticket_id, intent)  # a person wants it after all
        if known is None or known.following == "removed":
            self.links.save(chosen, issue, "manual")
        self.links.note_on_issue(chosen, issue.iid, known)
        return Found(outcome="linked", issue=self.known_issues.ref(chosen, self.known_issues.candidate(chosen, issue)))

    def _first_time(self, report: IssueReport) -> Found:
        policy, command = report.policy, report.action.command
        if command == OPEN:
            self._claim(report)
            return self._open(report)
        never = policy.open_when == "never"
        # Where it may be opened, what others wrote in the last seconds is looked for under the claim.
        looked = self.known_issues.look(report, refresh=never)
        if looked.found and looked.found.outcome == "suggested" and not never:
            looked = self.known_issues.look_again(report, looked)
        if looked.found:
            return looked.found
        if never:
            return Found(outcome="none", detail="no related issue found")
        earlier = self._claim(report)
        try:
            looked = self._look_under_claim(report, earlier, looked)
        except IntegrationError:
            # Nothing was sent, so the next try need not look for a lost answer.
            self._release(report)
            raise
        if looked.found:
            self._release(report)
            return looked.found
        return self._open(report, looked.back)

    def _look_under_claim(self, report: IssueReport, earlier: Sequence[OpenClaim], before: LookOutcome) -> LookOutcome:
        """An issue that was opened between our search and our claim has no claim any more: the claim asked for both."""
        if seconds := self.known_issues.wait_for_alike(report, earlier):
            raise NotSent("gitlab", "another ticket about the same is opening its issue", "alike_opening", seconds)
        return self.known_issues.look_again(report, before, refresh=False)

    def _release(self, report: IssueReport) -> None:
        self.deps.records.links.release(report.ticket_id, report.intent)

    def _claim(self, report: IssueReport) -> Sequence[OpenClaim]:
        """And bring our copy of the tracker up to date. Raises NotSent when the ticket has its claim already."""
        now, meaning = self.deps.now(), self.mirror.index.meaning(report.text.subject, report.text.words)
        with self.deps.engine.keeping() as along:
            claimed = self.deps.records.links.claim(
                report.ticket_id,
                report.intent,
                project_id=report.project_id,
                project=report.tracker.project,
                marker=report.marker,
                text=f"{report.text.subject}\n{report.text.words}"[:LONGEST_TEXT],
                vector=meaning.as_text() if meaning else "",
                now=now.isoformat(),
                # By then an issue whose answer was lost is in our copy, if there is one.
                since=(now - report.settle_time - timedelta(seconds=SYNC_SECONDS)).isoformat(),
                written_since=self.mirror.index.read_to,
                reader=self.mirror.index.name,
                along=along,
            )
            if claimed is None:
                # Another worker was faster between our look and our claim: its outcome is not known to us yet.
                raise NotSent("gitlab", "another worker is opening this issue", "claimed_elsewhere", LOOK_AGAIN_SECONDS)
        if self.deps.engine.was_refused():
            self._release(report)
            raise NotSent("pointsman", "the cap of an action was reached meanwhile", "cap_reached", 0.0)
        self.mirror.index.take_in(claimed.changes)
        return claimed.earlier

    def _open(self, report: IssueReport, back: CandidateIssue | None = None) -> Found:
        description = issue_description(report.decision, report.text, report.policy, report.rules, report.marker)
        came_back = _may_be_back(report, back)
        try:
            issue = self.deps.gitlab.create_issue(
                report.project_id,
                title=issue_title(report.decision, report.text, report.rules),
                description=f"{description}\n{came_back}\n" if came_back else description,
                labels=[*report.tracker.labels, *report.policy.labels],
                confidential=report.action.confidential,
            )
        except IntegrationError as error:
            if isinstance(error, NOT_CARRIED_OUT):  # so the claim may be taken back
                self._release(report)
            else:
                self.deps.records.links.touch(report.ticket_id, report.intent, now=self.deps.now().isoformat())
            raise
        return self._opened(report, issue, came_back)

    def _opened(self, report: IssueReport, issue: GitLabIssue, detail: str = "") -> Found:
        row = self.mirror.opened(issue, report.text.subject, report.text.words)
        link = self.links.link(report, issue, "opened")

        def write(connection: Connection) -> None:
            """Together: whoever waits for the end of the claim must find the issue, and no sync has seen it yet."""
            now = self.deps.now().isoformat()  # of the writing, by which others look for it, which may be much later
            self.mirror.rows.save_within(connection, [replace(row, seen_at=now)])
            self.deps.records.links.save_within(connection, link, now)

        self.deps.engine.keep(write)
        ref = self.known_issues.ref(report, CandidateIssue(issue))
        return Found(outcome="opened", issue=ref, detail=detail, removed=report.text.removed)

    def _after_lost_answer(self, report: IssueReport, claim: Link) -> Found:
        issue = self.deps.gitlab.find_by_marker(report.project_id, claim.marker)
        if issue:
            return self._opened(report, issue)
        if left := report.look_again_in(claim, self.deps.now()):
            raise NotSent("gitlab", "an issue may have been opened; looking again soon", "open_unknown", left)
        self._release(report)
        raise NotSent("gitlab", "no issue was opened by the lost request; starting again", "open_again", 0.0)


def _may_be_back(report: IssueReport, back: CandidateIssue | None) -> str:
    """Named by its number alone, and only within the project: who reads the new issue may read that one."""
    if back is None or back.issue.project_id != report.project_id:
        return ""
    on = f" on {back.issue.closed_at:%Y-%m-%d}" if back.issue.closed_at else ""
    return f"Perhaps #{back.issue.iid} came back: that issue {CLOSED_AS[back.closed_as or 'unexplained']}{on}."
