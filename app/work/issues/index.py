"""The trackers' issues in memory, in step with the records."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from app.metrics import INDEXED_ISSUES
from app.model.encoder import Encodes
from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.similarity.index import IndexedText, SimilarText
from app.work.search.live_index import LiveIndex

MOST = 10


class IssueIndex(LiveIndex[TrackedIssue]):
    """`search` from any thread. What was written anywhere is found by the next search."""

    def __init__(self, rows: TrackedIssues, encoder: Encodes | None, now: Callable[[], datetime]) -> None:
        super().__init__(rows, encoder, now)
        self.name = uuid4().hex
        """Of this process's index: it has what is written by this name."""
        self.revision = 0
        """Goes up with every issue that is put in."""

    def search(
        self,
        subject: str,
        body: str,
        project_id: int,
        *,
        closed_after: datetime,
        least: float = 0.0,
        refresh: bool = True,
    ) -> list[SimilarText]:
        """The nearest first, of those that score `least` or more.

        `refresh`: with what other processes wrote, and after a start with what was there before. An issue that is
        missed is opened once more.
        """
        if refresh:
            self.refresh()
        body, vector = self._asked(subject, body)
        return self._index.search(
            subject, body, vector=vector, group=project_id, k=MOST, closed_after=closed_after, least=least
        )

    def without_boilerplate(self, text: str) -> str:
        """Without the lines that many issues hold."""
        return self._index.without_boilerplate(text)

    def frequency(self, word: str) -> int:
        return self._index.frequency(word)

    def put(self, rows: Sequence[TrackedIssue]) -> int:
        new = super().put(rows)
        self.revision += bool(new)
        return new

    def look_again(self) -> None:
        """Who looked before now missed something."""
        self.revision += 1

    def refresh(self) -> int:
        taken = super().refresh()
        INDEXED_ISSUES.set(len(self))
        return taken

    def indexed(self, row: TrackedIssue) -> IndexedText:
        closed_at = (row.closed_at or row.updated_at) if row.state == "closed" else None
        closed = datetime.fromisoformat(closed_at) if closed_at else None
        return replace(super().indexed(row), closed_at=closed)
