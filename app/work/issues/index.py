"""The trackers' issues in memory, in step with the records."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from app.metrics import INDEXED_ISSUES
from app.model.encoder import Encodes
from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.similarity.index import IndexedText, SimilarText, TextKey
from app.work.search.live_index import LiveIndex

MOST = 10


class IssueIndex(LiveIndex[TrackedIssue]):
    """`search` from any thread. What was written anywhere is found by the next search."""

    def __init__(self, rows: TrackedIssues, encoder: Encodes | None, now: Callable[[], datetime]) -> None:
        super().__init__(rows, encoder, now)
        self.name = uuid4().hex
        """Of this process's index, which had what it wrote by this name before it wrote it."""

    def search(
        self,
        subject: str,
        body: str,
        project_id: int,
        *,
        closed_after: datetime,
        changed_after: int = 0,
        least: float = 0.0,
        refresh: bool = True,
    ) -> list[SimilarText]:
        """The nearest first, of those that score `least` or more, and were put in or touched after `changed_after`.

        `refresh`: with what other processes wrote, and after a start with what was there before. An issue that is
        missed is opened once more.
        """
        if refresh:
            self.refresh()
        body, vector = self._asked(subject, body)
        return self._index.search(
            subject,
            body,
            vector=vector,
            group=project_id,
            k=MOST,
            closed_after=closed_after,
            changed_after=changed_after,
            least=least,
        )

    def without_boilerplate(self, text: str) -> str:
        """Without the lines that many issues hold."""
        return self._index.without_boilerplate(text)

    def frequency(self, word: str) -> int:
        return self._index.frequency(word)

    @property
    def revision(self) -> int:
        """Goes up with every issue that is put in, or must be looked at again."""
        return self._index.revision

    def look_at_again(self, key: TextKey) -> None:
        """Whoever looked before must find it."""
        self._index.touch(key)

    def refresh(self) -> int:
        taken = super().refresh()
        INDEXED_ISSUES.set(len(self))
        return taken

    def indexed(self, row: TrackedIssue) -> IndexedText:
        closed_at = (row.closed_at or row.updated_at) if row.state == "closed" else None
        closed = datetime.fromisoformat(closed_at) if closed_at else None
        return replace(super().indexed(row), closed_at=closed)
