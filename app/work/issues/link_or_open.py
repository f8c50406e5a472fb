"""Find the issue that a ticket reports, or open one: at most one per ticket and intent, whatever is killed or lost.

The claim is written before GitLab is asked to open; an answer that never came leaves the claim, and the next try looks
for the marker (first line, written by us) before it opens anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from app.records.links import How, Link, OpenClaim, manual_intent
from app.rules.actions.findings import Found, IssueRef
from app.rules.actions.issue import Issue as IssueAction
from app.rules.actions.issue import IssueConfig
from app.rules.loading import Rules
from app.rules.schema.base import TrackerConfig
from app.work.issues.closing_reason import ClosingReason
from app.work.issues.mirror import IssueMirror
from app.work.issues.news import CLOSED_AS, known_at_first
from app.work.issues.projects import ProjectCache
from app.work.issues.similar import SimilarIssues
from app.work.issues.successor import successor_of
from app.work.issues.sync import SYNC_SECONDS
from app.work.issues.text import Report, another_report, issue_description, issue_title
from app.work.issues.visibility import is_public
from app.work.jobs.dependencies import Dependencies
from app.work.messages import NewsReason, TicketDecision
from app.work.provenance import Provenance
from integrations.errors import NOT_CARRIED_OUT, IntegrationError, NotFound, NotSent
from integrations.gitlab.issues import GitLabIssue
from integrations.gitlab.quoting import make_marker

REPORT = "report"
LOOK_AGAIN_SECONDS = 1.0
MOST_CANDIDATES = 3
# Of a claim: as much as an issue is compared by.
LONGEST_TEXT = 4000
OPEN, LINK = "open", "link:"
"""What a person may ask for: `app.rules.actions.issue.Issue.command`."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An issue as GitLab shows it now."""

    issue: GitLabIssue
    score: float
    closed_as: NewsReason | None

    @property
    def may_be_back(self) -> bool:
        """It was closed, and is reported again: perhaps it was never mended, or it came back."""
        return self.closed_as is not None and self.closed_as != "not_planned"


@dataclass(frozen=True)
class _Report:
    """What one ticket asks of one tracker."""

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

    def ref(self, candidate: _Candidate, *, hidden: bool) -> IssueRef:
        issue = candidate.issue
        return IssueRef(
            project_id=self.project_id,
            project=self.tracker.project,
            iid=issue.iid,
            title=issue.title,
            url=issue.web_url,
            state=issue.state,
            score=round(candidate.score, 2),
            confidential=hidden,
            closed_as=candidate.closed_as or "",
            closed_on=f"{issue.closed_at:%Y-%m-%d}" if candidate.closed_as and issue.closed_at else "",
        )

    def about(self, issue: GitLabIssue) -> Self:
        """The same for an issue that may live in another project: it was moved, or is a duplicate of one there."""
        if issue.project_id == self.project_id:
            return self
        project = issue.reference.partition("#")[0] or self.tracker.project
        tracker = self.tracker.model_copy(update={"project": project})
        return replace(self, tracker=tracker, project_id=issue.project_id)


@dataclass(frozen=True, slots=True)
class _Looked:
    found: Found | None = None
    """The issue that the ticket is linked to now, or those that a person may choose from; None: open one."""
    back: _Candidate | None = None
    """The closed issue that the new one names."""


@dataclass(frozen=True)
class IssueLinker:
    deps: Dependencies
    projects: ProjectCache
    similar: SimilarIssues
    mirror: IssueMirror
    provenance: Provenance

    def find_or_open(self, decision: TicketDecision, action: IssueAction, rules: Rules) -> Found:
        """Raises IntegrationError: the claim then says what the next try must do."""
        tracker = rules.routing.trackers[action.policy.tracker]
        report = self._report(decision, action, tracker, self.projects.get(tracker.project).id, rules)
        if action.command.startswith(LINK):
            return self._link_wanted(report, action.command.removeprefix(LINK))
        known = self.deps.records.links.find(decision.ticket.id, REPORT)
        if known and known.following == "removed" and action.command != OPEN:
            return Found(outcome="none", detail=f"a person removed the link to {known.project}#{known.iid}")
        if known:
            return self._again(report, known)
        waits = "" if action.command else self._waits_for(report)
        return Found(outcome="waits", detail=waits) if waits else self._first_time(report)

    def _report(
        self, decision: TicketDecision, action: IssueAction, tracker: TrackerConfig, project_id: int, rules: Rules
    ) -> _Report:
        marker = make_marker(self.deps.marker_secret, (project_id, decision.ticket.id, REPORT))
        return _Report(decision, action, tracker, project_id, REPORT, marker, rules, Report.of(decision))

    def _waits_for(self, report: _Report) -> str:
        _, tagged, wanted = report.policy.open_when.partition("tagged:")
        if not tagged:
            return ""
        tags, team = report.decision.ticket.tags, report.rules.routing.team
        if wanted in tags and not self.provenance.not_a_person(report.ticket_id, wanted, team):
            return ""
        return f"waits until a person sets the tag {wanted}"

    def _again(self, report: _Report, known: Link) -> Found:
        if known.iid is None:
            return self._after_lost_answer(report, known)
        try:
            issue = self.deps.gitlab.issue(known.project_id, known.iid)
            about = report.about(issue)
            if known.how == "linked":
                self._note_on_issue(about, known.iid, known)
        except NotFound:
            return self._lost(report, known, known.iid)
        ref = self._ref(about, _Candidate(issue, 1.0, None)).model_copy(update={"title": ""})
        return Found(outcome="opened" if known.how == "opened" else "linked", issue=ref)

    def _lost(self, report: _Report, known: Link, iid: int) -> Found:
        """The known issue is not there any more. What we opened for the ticket and somebody deleted is not opened
        again, unless a person asks for it."""
        self.mirror.forget(known.project_id, iid)
        if known.how == "opened" and report.action.command != OPEN:
            return Found(outcome="none", detail=f"the issue {known.project}#{iid} is not to be found any more")
        self.deps.records.links.forget(report.ticket_id, report.intent)
        return self._first_time(report)

    def _link_wanted(self, report: _Report, wanted: str) -> Found:
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
        if known is None:
            self._save_link(chosen, issue, "manual")
        self._note_on_issue(chosen, issue.iid, known)
        return Found(outcome="linked", issue=self._ref(chosen, self._candidate(chosen, issue, 1.0)))

    def _first_time(self, report: _Report) -> Found:
        policy, command = report.policy, report.action.command
        if command == OPEN:
            self._claim(report)
            return self._open(report)
        searched = self.similar.index.revision
        looked = self._look(report)
        if looked.found:
            return looked.found
        if policy.open_when == "never":
            return Found(outcome="none", detail="no related issue found")
        earlier = self._claim(report)
        if seconds := self._wait_for_alike(report, earlier):
            self.deps.records.links.release(report.ticket_id, report.intent)
            raise NotSent("gitlab", "another ticket about the same is opening its issue", "alike_opening", seconds)
        self.similar.index.refresh()
        # An issue that was opened between our search and our claim has no claim any more.
        if self.similar.index.revision != searched and (again := self._look(report)).found:
            self.deps.records.links.release(report.ticket_id, report.intent)
            return again.found
        return self._open(report, looked.back)

    def _look(self, report: _Report) -> _Looked:
        """The first issue that is near enough is linked, unless it was closed: then a person decides, or ops did."""
        policy, found, back = report.policy, list[_Candidate](), None
        for one in self._candidates(report):
            near = policy.link_at != "never" and one.score >= policy.link_at
            if near and (not one.may_be_back or policy.when_closed == "link"):
                if linked := self._link(report, one):
                    return _Looked(linked)
                continue
            if near and policy.when_closed == "open":
                back = back or one
                continue
            if one.score >= policy.suggest_at:
                found.append(one)
        if back or not found:
            return _Looked(back=back)
        # Only the internal note shows them: whether a stranger may read them does not matter.
        refs = tuple(report.about(one.issue).ref(one, hidden=True) for one in found[:MOST_CANDIDATES])
        return _Looked(Found(outcome="suggested", candidates=refs))

    def _candidates(self, report: _Report) -> Iterator[_Candidate]:
        """The nearest first, as they are in GitLab now: what is gone is forgotten, what was replaced is followed."""
        policy, text = report.policy, report.text  # what leaves for GitLab's search must be clean too
        least = min(policy.suggest_at, policy.link_at) if policy.link_at != "never" else policy.suggest_at
        near = [one for one in self.similar.of(text.subject, text.words, report.project_id) if one.score >= least]
        seen = set[tuple[int, int]]()
        for one in near:
            if len(seen) == MOST_CANDIDATES:
                return
            try:
                successor = successor_of(self.deps.gitlab.issue(report.project_id, one.issue.iid), self.deps.gitlab)
            except NotFound:
                self.mirror.forget(report.project_id, one.issue.iid)
                continue
            issue = successor.issue
            key = (issue.project_id, issue.iid)
            # A stranger cannot read a confidential issue: the report would be lost in it.
            lost = issue.confidential and not report.action.confidential
            if successor.dead_end or lost or key in seen:
                continue
            seen.add(key)
            yield self._candidate(report, issue, one.score)

    def _candidate(self, report: _Report, issue: GitLabIssue, score: float) -> _Candidate:
        reasons, closing = ClosingReason(self.deps), report.rules.routing.closing
        return _Candidate(issue, score, reasons.of(issue, closing) if issue.state == "closed" else None)

    def _link(self, report: _Report, chosen: _Candidate) -> Found | None:
        """None: it was deleted meanwhile."""
        about, issue = report.about(chosen.issue), chosen.issue
        self._save_link(about, issue, "linked")
        try:
            self._note_on_issue(about, issue.iid, None)
        except NotFound:
            self.mirror.forget(issue.project_id, issue.iid)
            self.deps.records.links.forget(report.ticket_id, report.intent)
            return None
        return Found(outcome="linked", issue=self._ref(about, chosen), removed=report.text.removed)

    def _ref(self, report: _Report, candidate: _Candidate) -> IssueRef:
        return report.ref(candidate, hidden=not is_public(candidate.issue, self.deps.gitlab))

    def _wait_for_alike(self, report: _Report, earlier: Sequence[OpenClaim]) -> float:
        """Seconds to wait for earlier tickets about the same, whose issue is being opened; 0: there are none."""
        own, others = report.text, [("", one.text) for one in earlier]
        if max(self.similar.index.scores(own.subject, own.words, others), default=0.0) < report.policy.suggest_at:
            return 0.0
        latest = max(datetime.fromisoformat(one.updated_at) for one in earlier)
        return max(LOOK_AGAIN_SECONDS, (self.deps.now() - latest).total_seconds() / 2)

    def _note_on_issue(self, report: _Report, iid: int, known: Link | None) -> None:
        """Note one more report on an issue. `known`, on every attempt but the first: the note may be there already.

        The link's time is that of the last try.
        """
        if report.policy.comment_on_linked and not (known and self._has_note(report, iid)):
            if known and (left := self._look_again_in(report, known)):
                raise NotSent("gitlab", "a note may have been added; looking again soon", "note_unknown", left)
            self._add_note(report, iid)
        if report.policy.thumbs_up:
            self.deps.gitlab.thumbs_up(report.project_id, iid)

    def _add_note(self, report: _Report, iid: int) -> None:
        quoted = not report.action.confidential
        text = another_report(report.decision, report.text, report.marker, quoted=quoted)
        self.deps.records.links.touch(report.ticket_id, report.intent, now=self.deps.now().isoformat())
        try:
            self.deps.gitlab.add_note(report.project_id, iid, text)
        except NOT_CARRIED_OUT:
            # Certainly not there: the next try need not wait.
            self.deps.records.links.touch(
                report.ticket_id, report.intent, now=(self.deps.now() - report.settle_time).isoformat()
            )
            raise

    def _has_note(self, report: _Report, iid: int) -> bool:
        own = self.deps.gitlab.me().id
        notes = self.deps.gitlab.notes(report.project_id, iid)
        return any(note.author_id == own and report.marker in note.body.partition("\n")[0] for note in notes)

    def _claim(self, report: _Report) -> Sequence[OpenClaim]:
        """Raises NotSent when the ticket has its claim already."""
        now = self.deps.now()
        with self.deps.engine.keeping() as along:
            earlier = self.deps.records.links.claim(
                report.ticket_id,
                report.intent,
                project_id=report.project_id,
                project=report.tracker.project,
                marker=report.marker,
                text=f"{report.text.subject}\n{report.text.words}"[:LONGEST_TEXT],
                now=now.isoformat(),
                # By then an issue whose answer was lost is in our copy, if there is one.
                since=(now - report.settle_time - timedelta(seconds=SYNC_SECONDS)).isoformat(),
                along=along,
            )
            if earlier is None:
                # Another worker was faster between our look and our claim: its outcome is not known to us yet.
                raise NotSent("gitlab", "another worker is opening this issue", "claimed_elsewhere", LOOK_AGAIN_SECONDS)
        return earlier

    def _open(self, report: _Report, back: _Candidate | None = None) -> Found:
        description = issue_description(report.decision, report.text, report.policy, report.rules, report.marker)
        came_back = _may_be_back(report, back)
        try:
            issue = self.deps.gitlab.create_issue(
                report.project_id,
                title=issue_title(report.decision, report.text),
                description=f"{description}\n{came_back}\n" if came_back else description,
                labels=[*report.tracker.labels, *report.policy.labels],
                confidential=report.action.confidential,
            )
        except IntegrationError as error:
            if isinstance(error, NOT_CARRIED_OUT):  # so the claim may be taken back
                self.deps.records.links.release(report.ticket_id, report.intent)
            else:
                self.deps.records.links.touch(report.ticket_id, report.intent, now=self.deps.now().isoformat())
            raise
        return self._opened(report, issue, came_back)

    def _opened(self, report: _Report, issue: GitLabIssue, detail: str = "") -> Found:
        # Before the claim ends: whoever waits for it must find the issue, and no sync has seen it yet.
        self.mirror.saw([issue])
        self._save_link(report, issue, "opened")
        ref = self._ref(report, _Candidate(issue, 1.0, None))
        return Found(outcome="opened", issue=ref, detail=detail, removed=report.text.removed)

    def _after_lost_answer(self, report: _Report, claim: Link) -> Found:
        issue = self.deps.gitlab.find_by_marker(report.project_id, claim.marker)
        if issue:
            return self._opened(report, issue)
        if left := self._look_again_in(report, claim):
            raise NotSent("gitlab", "an issue may have been opened; looking again soon", "open_unknown", left)
        self.deps.records.links.release(report.ticket_id, report.intent)
        raise NotSent("gitlab", "no issue was opened by the lost request; starting again", "open_again", 0.0)

    def _look_again_in(self, report: _Report, claim: Link) -> float:
        """Seconds until the next look; 0: what was not found by now is not there.

        Most often only the answer was lost, so the first looks come soon.
        """
        age = (self.deps.now() - datetime.fromisoformat(claim.updated_at)).total_seconds()
        left = report.settle_time.total_seconds() - age
        return min(left, max(LOOK_AGAIN_SECONDS, age)) if left > 0 else 0.0

    def _save_link(self, report: _Report, issue: GitLabIssue, how: How) -> None:
        known = known_at_first(issue.labels, issue.milestone, report.rules.routing.closing)
        link = Link(
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
        self.deps.records.links.save(link, now=self.deps.now().isoformat())


def _may_be_back(report: _Report, back: _Candidate | None) -> str:
    """Named by its number alone, and only within the project: who reads the new issue may read that one."""
    if back is None or back.issue.project_id != report.project_id:
        return ""
    on = f" on {back.issue.closed_at:%Y-%m-%d}" if back.issue.closed_at else ""
    return f"Perhaps #{back.issue.iid} came back: that issue {CLOSED_AS[back.closed_as or 'unexplained']}{on}."
