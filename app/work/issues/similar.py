"""Issues that a ticket may be about: from our copy of the tracker; from GitLab too, while the copy is not whole."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.records.tracked_issues import TrackedIssue
from app.similarity.queries import search_queries
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror, row_of
from app.work.issues.sync import CLOSED_FOR, first_sync_done
from app.work.jobs.dependencies import Dependencies

log = structlog.get_logger(__name__)

# The copy is brought up to date every minute; past this it is not believed to be whole.
FRESH_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ScoredIssue:
    issue: TrackedIssue
    score: float
    """0 to 1; what `link_at` and `suggest_at` are compared with."""
    because: str
    """For the trace: what they have in common."""


@dataclass(frozen=True)
class SimilarIssues:
    deps: Dependencies
    index: IssueIndex
    mirror: IssueMirror
    _whole_at: dict[int, datetime] = field(default_factory=dict)
    """By project, as it was read last: it can only be later by now."""

    def of(
        self, subject: str, body: str, project_id: int, least: float, *, changed_after: int = 0, refresh: bool = True
    ) -> list[ScoredIssue]:
        """Those that score `least` or more, the nearest first.

        `changed_after`: a revision of the index. `refresh`: with what others wrote since. No call to GitLab while the
        copy is fresh; else two to four short searches. Raises IntegrationError.
        """
        if not self._is_fresh(project_id):
            self._ask_gitlab(subject, body, project_id)
        found = self.index.search(
            subject,
            body,
            project_id,
            closed_after=self.deps.now() - CLOSED_FOR,
            changed_after=changed_after,
            least=least,
            refresh=refresh,
        )
        rows = self.mirror.rows.of(project_id, [one.key.number for one in found])
        for one in found:
            if one.key.number not in rows:  # opened a moment ago, and its row is on its way: the next look must see it
                self.index.look_at_again(one.key)
        scored = [(rows[one.key.number], one) for one in found if one.key.number in rows]
        return [ScoredIssue(row, one.score, ", ".join(one.shared)) for row, one in scored]

    def _is_fresh(self, project_id: int) -> bool:
        now, known = self.deps.now(), self._whole_at.get(project_id)
        if known and timedelta() <= now - known < FRESH_FOR:
            return True
        done = self.deps.records.progress.of(first_sync_done(project_id))
        if done is None:
            return False
        self._whole_at[project_id] = datetime.fromisoformat(done.at)
        return now - self._whole_at[project_id] < FRESH_FOR

    def _ask_gitlab(self, subject: str, body: str, project_id: int) -> None:
        """What is found is kept, and ranked with the rest. GitLab joins words with AND and ranks nothing."""
        seen = {}
        for query in search_queries(subject, body, self.index.frequency):
            for issue in self.deps.gitlab.search_issues(project_id, query, state="all"):
                seen[issue.iid] = row_of(issue, self.deps.now())
        self.mirror.keep(list(seen.values()))
