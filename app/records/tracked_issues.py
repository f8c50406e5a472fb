"""The trackers' issues as we last saw them: what candidates for a ticket are looked for in."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.records.tables import tracked_issues
from app.records.text_table import TextTable


@dataclass(frozen=True)
class TrackedIssue:
    project_id: int
    iid: int
    title: str
    description: str
    state: str
    labels: tuple[str, ...]
    confidential: bool
    url: str
    created_at: str
    updated_at: str
    closed_at: str | None
    seen_at: str
    vector: bytes | None = None
    vector_of: str = ""
    milestone: str = ""
    written_by: str = ""
    """The index that has all of it, its vector too: `app.work.issues.index.IssueIndex.name`."""

    @property
    def key(self) -> tuple[int, int]:
        return self.project_id, self.iid


class TrackedIssues(TextTable[TrackedIssue]):
    table = tracked_issues
    row = TrackedIssue
    embedded_first = (tracked_issues.c.state.desc(), tracked_issues.c.updated_at.desc())

    def of(self, project_id: int, iids: Sequence[int]) -> dict[int, TrackedIssue]:
        """By iid; those that are there."""
        if not iids:
            return {}
        table = tracked_issues
        query = sa.select(table).where(table.c.project_id == project_id, table.c.iid.in_(iids))
        return {issue.iid: issue for issue in self._read(TrackedIssue, query)}

    def forget(self, project_id: int, iid: int) -> None:
        table = tracked_issues
        self._change(sa.delete(table).where(table.c.project_id == project_id, table.c.iid == iid))

    def prune(self, *, closed_before: str) -> int:
        """Issues closed long ago are candidates no more."""
        old = sa.and_(tracked_issues.c.state == "closed", tracked_issues.c.updated_at < closed_before)
        return self._change(sa.delete(tracked_issues).where(old))
