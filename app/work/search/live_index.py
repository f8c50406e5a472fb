"""A table's texts in memory, in step with the records: each process has its own, read again every two seconds."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Generic, TypeVar

from app.model.encoder import Encodes
from app.records.text_table import CHANGES_AT_ONCE, SearchedRow, TextChange, TextTable
from app.similarity.index import IndexedText, SimilarityIndex, TextKey
from app.similarity.text import TEXTS_REMEMBERED
from app.similarity.vectors import VECTOR_NAME, Vector, vectors

INDEX_SECONDS = 2.0
# Rows are written by several processes, whose clocks differ a little.
OVERLAP = timedelta(seconds=10)
# And once in a while by one whose clock differs more, or that was held up before it committed.
LONG_OVERLAP = timedelta(minutes=10)
LONG_OVERLAP_EVERY = timedelta(minutes=1)
# Texts that get their vector in one look: each takes some milliseconds of one core, and tickets come first.
EMBEDDED_AT_ONCE = 16

R = TypeVar("R", bound=SearchedRow)


class LiveIndex(Generic[R]):
    """For any thread. A subclass says what is searched for, and what a row says."""

    def __init__(self, rows: TextTable[R], encoder: Encodes | None, now: Callable[[], datetime]) -> None:
        self._rows = rows
        self._encoder = encoder
        self._vector = lru_cache(maxsize=TEXTS_REMEMBERED)(self._computed)
        self._now = now
        self._index = SimilarityIndex()
        self._read_to = ""
        self._looked_back_at: datetime | None = None
        self._known: dict[tuple[int, int], tuple[str, bool]] = {}
        """What of each text is in the index: its last change, and whether it has a vector."""
        self._refreshing = threading.Lock()

    def __len__(self) -> int:
        return len(self._index)

    def indexed(self, row: R) -> IndexedText:
        vector = Vector(row.vector_of, row.vector) if row.vector else None
        return IndexedText(*row.key, row.title, row.description, vector=vector)

    def put(self, rows: Sequence[R]) -> None:
        """What the index has already is passed over."""
        new = [row for row in rows if not self._has(row)]
        self._index.add_all([self.indexed(row) for row in new])
        self._known.update({row.key: (row.updated_at, bool(row.vector)) for row in new})

    def _has(self, row: R) -> bool:
        """This form of it, with a vector if there is one."""
        updated_at, has_vector = self._known.get(row.key, ("", False))
        is_same = updated_at == row.updated_at and (has_vector or not row.vector)
        return is_same and TextKey(*row.key) in self._index

    def forget(self, group: int, number: int) -> None:
        self._index.remove(TextKey(group, number))
        self._known.pop((group, number), None)

    def meaning(self, subject: str, body: str) -> Vector | None:
        """As it is asked for in a search: the encoder remembers what it was asked for lately."""
        return self._vector(subject, self._index.without_boilerplate(body))

    @property
    def read_to(self) -> str:
        """The time from which on rows may be new to us."""
        return self._read_to

    def refresh(self) -> int:
        """Take in what any process wrote since the last look; how many texts."""
        return self._take_in_since(self._read_to)

    def _take_in_since(self, seen_at: str) -> int:
        with self._refreshing:
            return sum(self._take_in(batch) for batch in self._rows.changed_since(seen_at))

    def take_in(self, changes: Sequence[TextChange]) -> None:
        """As `refresh`, where these were asked along with another statement: the first batch from `read_to` on."""
        if len(changes) >= CHANGES_AT_ONCE:
            self.refresh()
        elif changes:
            with self._refreshing:
                self._take_in(changes)

    def _take_in(self, batch: Sequence[TextChange]) -> int:
        new = [one for one in batch if self._known.get(one.key) != (one.updated_at, bool(one.vector_of))]
        if new:
            self.put(self._rows.at(new))
        latest = datetime.fromisoformat(batch[-1].seen_at) - OVERLAP
        self._read_to = max(self._read_to, latest.isoformat())
        return len(new)

    def embed_some(self) -> int:
        """Give some texts without one their vector, for all processes; how many."""
        if self._encoder is None:
            return 0
        rows = self._rows.without_vector(VECTOR_NAME, limit=EMBEDDED_AT_ONCE)
        made = vectors(self._encoder, [(row.title, row.description) for row in rows])
        if rows:
            found = [(row, vector.values) for row, vector in zip(rows, made, strict=True)]
            self._rows.add_vectors(VECTOR_NAME, found, now=self._now().isoformat())
        return len(rows)

    def update(self) -> None:
        """What each process does again and again. While the database is away, what is in memory serves."""
        self.refresh()
        self._look_back()
        self.embed_some()

    def _look_back(self) -> None:
        now = self._now()
        if self._looked_back_at is None or not timedelta() <= now - self._looked_back_at < LONG_OVERLAP_EVERY:
            self._take_in_since((now - LONG_OVERLAP).isoformat())
            self._looked_back_at = now

    def _computed(self, subject: str, body: str) -> Vector | None:
        return vectors(self._encoder, [(subject, body)])[0] if self._encoder else None

    def _asked(self, subject: str, body: str) -> tuple[str, Vector | None]:
        """A ticket's text as it is looked for: its body, and the vector of both."""
        body = self._index.without_boilerplate(body)
        return body, self._vector(subject, body) if len(self._index) else None

    @property
    def bytes_held(self) -> int:
        return self._index.bytes_held
