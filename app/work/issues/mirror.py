"""Issues of GitLab into the records, as candidates are looked for in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.work.issues.index import IssueIndex
from integrations.gitlab.issues import Issue


@dataclass(frozen=True)
class Tracked:
    rows: TrackedIssues
    index: IssueIndex
    now: Callable[[], datetime]

    def saw(self, issues: Iterable[Issue]) -> None:
        """Keep them as they are now: whatever reads an issue leaves it here."""
        now = self.now()
        # Twice in one batch would be an error of the database: the later one counts.
        newest = {(issue.project_id, issue.iid): issue for issue in issues}
        self.keep([row_of(issue, now) for issue in newest.values()])

    def keep(self, rows: list[TrackedIssue]) -> None:
        """In the records for all processes, and at once in this one's memory."""
        self.rows.save(rows)
        self.index.put(rows)


def row_of(issue: Issue, now: datetime) -> TrackedIssue:
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
