"""Which known issue a ticket reports: linked if it is near enough, shown to a person if it may be the one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.records.links import OpenClaim
from app.rules.actions.findings import Found, IssueRef
from app.work.issues.closing_reason import ClosingReason
from app.work.issues.issue_links import IssueLinks
from app.work.issues.issue_report import LOOK_AGAIN_SECONDS, IssueReport
from app.work.issues.mirror import IssueMirror
from app.work.issues.open_claims import OpenClaims
from app.work.issues.similar import SimilarIssues
from app.work.issues.successor import successor_of
from app.work.jobs.dependencies import Dependencies
from app.work.messages import NewsReason
from integrations.errors import NotFound
from integrations.gitlab.issues import GitLabIssue

MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class CandidateIssue:
    """An issue as GitLab shows it now."""

    issue: GitLabIssue
    score: float = 1.0
    closed_as: NewsReason | None = None

    @property
    def may_be_back(self) -> bool:
        """It was closed, and is reported again: perhaps it was never mended, or it came back."""
        return self.closed_as is not None and self.closed_as != "not_planned"

    def ref(self, project: str, *, hidden: bool) -> IssueRef:
        """`project`: the path of the one where the issue lives."""
        issue = self.issue
        return IssueRef(
            project_id=issue.project_id,
            project=project,
            iid=issue.iid,
            title=issue.title,
            url=issue.web_url,
            state=issue.state,
            score=round(self.score, 2),
            confidential=hidden,
            closed_as=self.closed_as or "",
            closed_on=f"{issue.closed_at:%Y-%m-%d}" if self.closed_as and issue.closed_at else "",
        )


@dataclass(frozen=True, slots=True)
class LookOutcome:
    revision: int
    """Of the index that was searched."""
    found: Found | None = None
    """The issue that the ticket is linked to now, or those that a person may choose from; None: open one."""
    back: CandidateIssue | None = None
    """The closed issue that the new one names."""


@dataclass(frozen=True)
class KnownIssues:
    """Every function that reads or writes in GitLab raises IntegrationError."""

    deps: Dependencies
    similar: SimilarIssues
    mirror: IssueMirror
    links: IssueLinks
    claims: OpenClaims

    def look(self, report: IssueReport, *, changed_after: int = 0, refresh: bool = True) -> LookOutcome:
        """The first issue that is near enough is linked, unless it was closed: then a person decides, or ops did."""
        policy, found, back = report.policy, list[CandidateIssue](), None
        revision = self.similar.index.revision
        for one in self._candidates(report, changed_after, refresh=refresh):
            near = policy.link_at != "never" and one.score >= policy.link_at
            if near and (not one.may_be_back or policy.when_closed == "link"):
                if linked := self._link(report, one):
                    return LookOutcome(revision, linked)
                continue
            if near and policy.when_closed == "open":
                back = back or one
                continue
            if one.score >= policy.suggest_at:
                found.append(one)
        if back or not found:
            return LookOutcome(revision, back=back)
        # Only the internal note shows them: whether a stranger may read them does not matter.
        shown = found[:MOST_CANDIDATES]
        refs = tuple(one.ref(report.about(one.issue).tracker.project, hidden=True) for one in shown)
        return LookOutcome(revision, Found(outcome="suggested", candidates=refs))

    def look_again(self, report: IssueReport, before: LookOutcome, *, refresh: bool = True) -> LookOutcome:
        """With what any process wrote since; the same answer where that is nothing."""
        if refresh:
            self.similar.index.refresh()
        if self.similar.index.revision == before.revision:
            return before
        seen = 0 if before.found or before.back else before.revision  # what was near may have competition by now
        return self.look(report, changed_after=seen, refresh=False)

    def wait_for_alike(self, report: IssueReport, earlier: Sequence[OpenClaim]) -> float:
        """Seconds to wait for earlier tickets about the same, whose issue is being opened; 0: there are none."""
        own, least = report.text, report.policy.suggest_at
        if not self.claims.scores(own.subject, own.words, report.project_id, earlier, least):
            return 0.0
        latest = max(datetime.fromisoformat(one.updated_at) for one in earlier)
        return max(LOOK_AGAIN_SECONDS, (self.deps.now() - latest).total_seconds() / 2)

    def candidate(self, report: IssueReport, issue: GitLabIssue, score: float = 1.0) -> CandidateIssue:
        reasons, closing = ClosingReason(self.deps), report.rules.routing.closing
        return CandidateIssue(issue, score, reasons.of(issue, closing) if issue.state == "closed" else None)

    def ref(self, report: IssueReport, candidate: CandidateIssue) -> IssueRef:
        return candidate.ref(report.tracker.project, hidden=not self.deps.visibility.is_public(candidate.issue))

    def _candidates(self, report: IssueReport, changed_after: int, *, refresh: bool) -> Iterator[CandidateIssue]:
        """The nearest first, as they are in GitLab now: what is gone is forgotten, what was replaced is followed."""
        policy, text = report.policy, report.text  # what leaves for GitLab's search must be clean too
        least = min(policy.suggest_at, policy.link_at) if policy.link_at != "never" else policy.suggest_at
        seen = set[tuple[int, int]]()
        asked = (text.subject, text.words, report.project_id, least)
        for one in self.similar.of(*asked, changed_after=changed_after, refresh=refresh):
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
            yield self.candidate(report, issue, one.score)

    def _link(self, report: IssueReport, chosen: CandidateIssue) -> Found | None:
        """None: it was deleted meanwhile."""
        about, issue = report.about(chosen.issue), chosen.issue
        self.links.save(about, issue, "linked")
        try:
            self.links.note_on_issue(about, issue.iid, None)
        except NotFound:
            self.mirror.forget(issue.project_id, issue.iid)
            self.deps.records.links.forget(report.ticket_id, report.intent)
            return None
        return Found(outcome="linked", issue=self.ref(about, chosen), removed=report.text.removed)
