"""The trackers' issues in memory, in step with the records: each process has its own, read again every two seconds."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from app.metrics import INDEXED_ISSUES
from app.model.encoder import Encodes
from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.similarity.index import IndexedIssue, IssueKey, SimilarIssue, SimilarityIndex
from app.similarity.vectors import ENCODER_NAME, Vector, vectors

log = structlog.get_logger(__name__)

INDEX_SECONDS = 2.0
# Rows are written by several processes, whose clocks differ a little.
OVERLAP = timedelta(seconds=10)
# Issues that get their vector in one look: a sentence takes 20 ms of one core, and tickets come first.
EMBEDDED_AT_ONCE = 16
MOST = 10


class IssueIndex:
    """`search` from any thread. What was written anywhere is found by the next search."""

    def __init__(self, rows: TrackedIssues, encoder: Encodes | None, now: Callable[[], datetime]) -> None:
        self._rows = rows
        self._encoder = encoder
        self._now = now
        self._index = SimilarityIndex()
        self._read_to = ""
        self._known: dict[tuple[int, int], tuple[str, bool]] = {}
        """What of each issue is in the index: its last change, and whether it has a vector."""
        self._refreshing = threading.Lock()
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
    ) -> list[SimilarIssue]:
        """The nearest first, of those that score `least` or more.

        `refresh`: with what other processes wrote, and after a start with what was there before. An issue that is
        missed is opened once more.
        """
        if refresh:
            self.refresh()
        body = self._index.without_boilerplate(body)
        asked = self._vector(subject, body) if len(self._index) else None
        return self._index.search(
            subject, body, project_id=project_id, k=MOST, closed_after=closed_after, vector=asked, least=least
        )

    def meaning(self, subject: str, body: str) -> Vector | None:
        """As `search` asks for it: the encoder remembers what it was asked for lately."""
        return self._vector(subject, self._index.without_boilerplate(body))

    def scores(self, subject: str, body: str, others: Sequence[tuple[str, str]]) -> list[float]:
        """How near the other texts are, as if they were issues: the highest first, without those that share nothing."""
        own = self._index.without_boilerplate
        if not others:
            return []
        body, small = own(body), SimilarityIndex()
        small.add_all(
            IndexedIssue(project_id=0, iid=number, title=title, description=text, vector=self._vector(title, text))
            for number, (title, text) in enumerate((title, own(text)) for title, text in others)
        )
        found = small.search(subject, body, project_id=0, k=len(others), vector=self._vector(subject, body))
        return [one.score for one in found]

    def _vector(self, subject: str, body: str) -> Vector | None:
        return vectors(self._encoder, [(subject, body)])[0] if self._encoder else None

    @property
    def bytes_held(self) -> int:
        return self._index.bytes_held

    def frequency(self, word: str) -> int:
        return self._index.frequency(word)

    def put(self, rows: list[TrackedIssue]) -> None:
        self.revision += bool(rows)
        self._index.add_all([_indexed(row) for row in rows])
        self._known.update({(row.project_id, row.iid): (row.updated_at, bool(row.vector)) for row in rows})

    def forget(self, project_id: int, iid: int) -> None:
        self._index.remove(IssueKey(project_id, iid))
        self._known.pop((project_id, iid), None)

    def look_at_again(self, key: IssueKey) -> None:
        """The next refresh takes its row for new."""
        self._known.pop(key, None)

    def refresh(self) -> int:
        """Take in what any process wrote since the last look; how many issues."""
        with self._refreshing:
            return self._take_in()

    def _take_in(self) -> int:
        taken = 0
        for batch in self._rows.changed_since(self._read_to):
            new: dict[int, list[int]] = {}
            for one in batch:
                if self._known.get((one.project_id, one.iid)) != (one.updated_at, bool(one.vector_of)):
                    new.setdefault(one.project_id, []).append(one.iid)
            for project_id, iids in new.items():
                self.put(list(self._rows.of(project_id, iids).values()))
                taken += len(iids)
            latest = datetime.fromisoformat(batch[-1].seen_at) - OVERLAP
            self._read_to = max(self._read_to, latest.isoformat())
        INDEXED_ISSUES.set(len(self._index))
        return taken

    def embed_some(self) -> int:
        """Give some issues without one their vector, for all processes; how many."""
        if self._encoder is None:
            return 0
        rows = self._rows.without_vector(ENCODER_NAME, limit=EMBEDDED_AT_ONCE)
        made = vectors(self._encoder, [(row.title, row.description) for row in rows])
        found = [(row.project_id, row.iid, vector.values) for row, vector in zip(rows, made, strict=True)]
        if found:
            self._rows.add_vectors(ENCODER_NAME, found, now=self._now().isoformat())
        return len(found)

    def update(self) -> None:
        """What each process does again and again. While the database is away, what is in memory serves."""
        self.refresh()
        self.embed_some()


def _indexed(row: TrackedIssue) -> IndexedIssue:
    closed_at = (row.closed_at or row.updated_at) if row.state == "closed" else None
    return IndexedIssue(
        project_id=row.project_id,
        iid=row.iid,
        title=row.title,
        description=row.description,
        closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        vector=Vector(row.vector_of, row.vector) if row.vector else None,
    )
