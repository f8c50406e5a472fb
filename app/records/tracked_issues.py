"""The trackers' issues as we last saw them: what candidates for a ticket are looked for in."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.records.database import TableAccess, insert_on
from app.records.tables import tracked_issues


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


class IssueChange(NamedTuple):
    """That an issue was written, and which form of it."""

    project_id: int
    iid: int
    updated_at: str
    vector_of: str
    seen_at: str


_WRITTEN = (tracked_issues.c.seen_at, tracked_issues.c.project_id, tracked_issues.c.iid)
_CHANGES = (
    sa.select(*(tracked_issues.c[name] for name in IssueChange._fields))
    .where(tracked_issues.c.seen_at >= sa.bindparam("since"))
    .order_by(*_WRITTEN)
    .limit(sa.bindparam("batch"))
)


class TrackedIssues(TableAccess):
    def save(self, issues: Sequence[TrackedIssue]) -> None:
        """Insert or replace. A vector is kept until the text changes; then it is the one given, if there is one."""
        with self._engine.begin() as connection:
            self.save_within(connection, issues)

    def save_within(self, connection: sa.Connection, issues: Sequence[TrackedIssue]) -> None:
        for start in range(0, len(issues), 100):
            connection.execute(_save(connection.dialect.name), [asdict(issue) for issue in issues[start : start + 100]])

    def changed_since(self, seen_at: str, *, batch: int = 500) -> Iterator[list[IssueChange]]:
        """What was written at or after that time, in the order it was written: without texts, which are long."""
        query: sa.Select[Any] = _CHANGES
        values: dict[str, object] = {"since": seen_at, "batch": batch}
        while True:
            with self._reader.connect() as connection:
                found = [IssueChange._make(row) for row in connection.execute(query, values)]
            if not found:
                return
            yield found
            if len(found) < batch:
                return
            query = _CHANGES.where(
                sa.tuple_(*_WRITTEN) > sa.tuple_(*(getattr(found[-1], one.name) for one in _WRITTEN))
            )

    def of(self, project_id: int, iids: Sequence[int]) -> dict[int, TrackedIssue]:
        """By iid; those that are there."""
        if not iids:
            return {}
        table = tracked_issues
        query = sa.select(table).where(table.c.project_id == project_id, table.c.iid.in_(iids))
        return {issue.iid: issue for issue in self._read(TrackedIssue, query)}

    def without_vector(self, encoder: str, *, limit: int) -> list[TrackedIssue]:
        """Open ones and the newest first: those are looked for most."""
        table = tracked_issues
        query = sa.select(table).where(table.c.vector_of != encoder)
        newest = query.order_by(table.c.state.desc(), table.c.updated_at.desc()).limit(limit)
        return self._read(TrackedIssue, newest)

    def add_vectors(self, encoder: str, vectors: Sequence[tuple[int, int, bytes]], *, now: str) -> None:
        table = tracked_issues
        with self._engine.begin() as connection:
            for project_id, iid, vector in vectors:
                issue = sa.update(table).where(table.c.project_id == project_id, table.c.iid == iid)
                connection.execute(issue.values(vector=vector, vector_of=encoder, seen_at=now))

    def count(self) -> int:
        return self._count(tracked_issues)

    def forget(self, project_id: int, iid: int) -> None:
        table = tracked_issues
        self._change(sa.delete(table).where(table.c.project_id == project_id, table.c.iid == iid))

    def prune(self, *, closed_before: str) -> int:
        """Issues closed long ago are candidates no more."""
        old = sa.and_(tracked_issues.c.state == "closed", tracked_issues.c.updated_at < closed_before)
        return self._change(sa.delete(tracked_issues).where(old))


@cache
def _save(dialect: str) -> Any:
    """Made once: to put it together costs more than to run it."""
    table = tracked_issues
    insert = insert_on(dialect, table)
    new = insert.excluded
    names = [one.name for one in fields(TrackedIssue) if one.name not in {"project_id", "iid"}]
    values: dict[str, Any] = {name: new[name] for name in names}
    same = sa.and_(table.c.title == new.title, table.c.description == new.description)
    kept = sa.and_(same, table.c.vector_of != "")
    values |= {name: sa.case((kept, table.c[name]), else_=new[name]) for name in ("vector", "vector_of")}
    return insert.on_conflict_do_update(index_elements=["project_id", "iid"], set_=values)
