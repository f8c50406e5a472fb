"""Our copy of the trackers' issues: in the records for all processes, and in this one's index."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.work.issues.index import IssueIndex
from integrations.gitlab.issues import GitLabIssue


@dataclass(frozen=True)
class IssueMirror:
    rows: TrackedIssues
    index: IssueIndex
    now: Callable[[], datetime]

    def saw(self, issues: Iterable[GitLabIssue]) -> None:
        """Keep them as they are now: whatever reads an issue from GitLab leaves it here."""
        now = self.now()
        # The database refuses the same issue twice in one batch: the later one counts.
        newest = {(issue.project_id, issue.iid): issue for issue in issues}
        self.keep([row_of(issue, now) for issue in newest.values()])

    def opened(self, issue: GitLabIssue, subject: str, body: str) -> TrackedIssue:
        """For a report of this text: the issue says the same in other words, so it needs no meaning of its own.

        In the index at once, with its meaning; the row, which says so, is for the caller to write.
        """
        row, meaning = row_of(issue, self.now()), self.index.meaning(subject, body)
        row = replace(row, vector=meaning.values, vector_of=meaning.of) if meaning else row
        self.index.put([row])
        return replace(row, written_by=self.index.name)

    def forget(self, project_id: int, iid: int) -> None:
        """It is not there any more, or we may not read it. Other processes find no row for it."""
        self.rows.forget(project_id, iid)
        self.index.forget(project_id, iid)

    def keep(self, rows: list[TrackedIssue]) -> None:
        self.rows.save(rows)
        self.index.put(rows)


def row_of(issue: GitLabIssue, now: datetime) -> TrackedIssue:
    return TrackedIssue(
        project_id=issue.project_id,
        iid=issue.iid,
        title=issue.title,
        description=issue.description,
        state=issue.state,
        labels=issue.labels,
        confidential=issue.confidential,
        url=issue.web_url,
        created_at=issue.created_at.isoformat(),
        updated_at=issue.updated_at.isoformat(),
        closed_at=issue.closed_at.isoformat() if issue.closed_at else None,
        seen_at=now.isoformat(),
        milestone=issue.milestone,
    )
