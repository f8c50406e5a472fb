"""The job that compares the issues that tickets follow with what the tickets were told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.metrics import REPAIRED
from app.records.links import Key
from app.work.issues.mirror import IssueMirror
from app.work.issues.news import GONE, news_of
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import FollowIssue, KnownOfIssue, ReconcileIssues, Stored, Work
from integrations.errors import NotFound
from integrations.gitlab.issues import GitLabIssue

# Issues in one piece of work: ten requests to GitLab.
BATCH = 500


class MissedIssues(Stored):
    issues: tuple[tuple[int, int], ...]
    after: tuple[int, int] | None
    """Where the next piece of work goes on; None: that was all."""


def register(deps: Dependencies, mirror: IssueMirror) -> None:
    deps.engine.register(ReconcileIssues, IssueReconciliation(deps, mirror).run, partial(crashed, deps))


@dataclass(frozen=True)
class IssueReconciliation:
    deps: Dependencies
    mirror: IssueMirror

    def run(self, message: ReconcileIssues) -> None:
        missed = attempt(self.deps, message, "compare", self._compare, message)
        if missed is None:
            return
        now = message.accepted_at
        for project_id, iid in missed.issues:
            key = f"{message.key}:{project_id}#{iid}"
            self.deps.engine.later(Work(FollowIssue(key=key, accepted_at=now, project_id=project_id, iid=iid)))
        if missed.after:
            more = ReconcileIssues(key=f"{message.key}>", accepted_at=now, after=missed.after)
            self.deps.engine.later(Work(more))

    def _compare(self, message: ReconcileIssues) -> MissedIssues:
        followed = self.deps.records.links.followed(after=message.after, limit=BATCH)
        by_project: dict[int, list[int]] = defaultdict(list)
        for project_id, iid in followed:
            by_project[project_id].append(iid)
        missed: list[Key] = []
        for project_id, iids in by_project.items():
            found = {issue.iid: issue for issue in self._read(project_id, iids)}
            self.mirror.saw(found.values())
            missed += [(project_id, iid) for iid in iids if self._has_news(project_id, iid, found)]
        REPAIRED.labels("issue").inc(len(missed))
        return MissedIssues(issues=tuple(missed), after=followed[-1] if len(followed) == BATCH else None)

    def _read(self, project_id: int, iids: Sequence[int]) -> list[GitLabIssue]:
        """None of a project that is gone, or hidden from us: that keeps nobody else from being compared."""
        try:
            return self.deps.gitlab.issues(project_id, iids)
        except NotFound:
            return []

    def _has_news(self, project_id: int, iid: int, found: dict[int, GitLabIssue]) -> bool:
        """Missing: deleted, or we may not read it any more, which the tickets are told once."""
        closing = self.deps.rulebook.current().routing.closing
        told = self.deps.records.links.told(project_id, iid)
        if iid not in found:
            return any(state != GONE for state, _ in told)
        return any(
            news_of(found[iid], state=state, known=KnownOfIssue.model_validate(known), closing=closing)
            for state, known in told
        )
