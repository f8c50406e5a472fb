"""The issues that a ticket may be about, in memory: put in one by one or in batches, found by words and by meaning.

Why not bm25s: it computes every score when it indexes, with the rarities and the mean length of that moment, so one
more issue means all of them again. Here scores come from counts when they are asked for: adding one by one or all at
once gives the same index. Issues lie in segments that never change; small ones are merged into larger ones.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from app.similarity.searching import Candidate, Part, View, Wanted
from app.similarity.segment import Entry, IndexedIssue, IssueKey, Segment, seconds
from app.similarity.terms import counted, terms
from app.similarity.vectors import ENCODER_NAME, Vector

FRESH = 256
"""Issues that are put in one by one share a segment that is made again with each, up to this many."""
GROWTH = 4
"""A segment is merged into the one before it unless that is this many times as large: few segments, little work."""


class CandidateIndex:
    """One thread at a time writes (others wait), any number reads, and never waits for a writer."""

    def __init__(self, encoder_name: str = ENCODER_NAME) -> None:
        self._encoder_name = encoder_name
        self._writing = threading.Lock()
        self._vocabulary: dict[str, int] = {}
        self._places: dict[IssueKey, tuple[Segment | None, int]] = {}
        """Where each issue lies; segment None: in `_fresh`."""
        self._sealed: list[Part] = []
        self._fresh: list[Entry] = []
        self._view = View((), self._vocabulary, np.zeros(0, dtype=np.int32), 0, 0)

    def __len__(self) -> int:
        return self._view.issues

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def add(self, issue: IndexedIssue) -> None:
        """Or replace, where its key is known. A vector of another encoder is as good as none.

        Raises VectorError for a vector that is broken, and then nothing has changed.
        """
        self.add_all([issue])

    def add_all(self, issues: Iterable[IndexedIssue]) -> None:
        """As `add`; of several with one key the last one counts."""
        latest = {issue.key: issue for issue in issues}
        with self._writing:
            entries = [self._entry(issue) for issue in latest.values()]
            gone = self._take_out([key for key in latest if key in self._places])
            for entry in entries:
                self._places[entry.issue.key] = (None, len(self._fresh))
                self._fresh.append(entry)
            self._publish(added=entries, gone=gone)

    def remove(self, key: IssueKey) -> None:
        self.remove_all([key])

    def remove_all(self, keys: Iterable[IssueKey]) -> None:
        """Keys that are not known are passed over."""
        with self._writing:
            self._publish(added=[], gone=self._take_out([key for key in dict.fromkeys(keys) if key in self._places]))

    def search(
        self,
        subject: str,
        body: str = "",
        *,
        project_id: int,
        k: int = 10,
        states: Collection[str] = ("opened", "closed"),
        updated_after: datetime | None = None,
        closed_after: datetime | None = None,
        vector: Vector | None = None,
        without: Collection[IssueKey] = (),
    ) -> list[Candidate]:
        """The `k` nearest issues of the project, the nearest first; none for a text without a word to look for.

        `closed_after` concerns closed issues only. `vector` is that of `vectors(encoder, [(subject, body)])`.
        """
        wanted = Wanted(project_id, states, seconds(updated_after), seconds(closed_after), frozenset(without))
        asked = vector.numbers() if vector and vector.of == self._encoder_name else None
        return self._view.search(subject, body, wanted, asked, k)

    def frequency(self, word: str) -> int:
        """How many issues hold it, in any of its forms; of several words, the rarest."""
        return min((self._view.frequency(term) for term in terms(word)), default=0)

    @property
    def bytes_held(self) -> int:
        """Of the arrays, which is most of it; titles, labels and the vocabulary come on top."""
        view = self._view
        return view.frequencies.nbytes + sum(part.segment.bytes_held + part.live.nbytes for part in view.parts)

    def _entry(self, issue: IndexedIssue) -> Entry:
        occurring = counted(issue.title, issue.description)
        numbers = [self._vocabulary.setdefault(term, len(self._vocabulary)) for term in occurring]
        vector = issue.vector if issue.vector and issue.vector.of == self._encoder_name else None
        return Entry.of(issue, numbers, list(occurring.values()), vector.numbers() if vector else None)

    def _take_out(self, keys: Sequence[IssueKey]) -> list[tuple[NDArray[np.int32], int]]:
        """Terms and length of each issue that goes."""
        gone: list[tuple[NDArray[np.int32], int]] = []
        fresh: set[int] = set()
        rows: dict[int, list[int]] = {}
        for key in keys:
            segment, row = self._places.pop(key)
            if segment is None:
                fresh.add(row)
                gone.append((self._fresh[row].terms, int(self._fresh[row].counts.sum())))
            else:
                rows.setdefault(id(segment), []).append(row)
                gone.append((segment.terms_of(row), int(segment.lengths[row])))
        if fresh:
            self._fresh = [entry for row, entry in enumerate(self._fresh) if row not in fresh]
            self._places.update((entry.issue.key, (None, row)) for row, entry in enumerate(self._fresh))
        self._sealed = [self._without(part, rows.get(id(part.segment), [])) for part in self._sealed]
        return gone

    def _without(self, part: Part, rows: Sequence[int]) -> Part:
        if not rows:
            return part
        live = part.live.copy()
        live[rows] = False
        return Part(part.segment, live)

    def _publish(self, *, added: Sequence[Entry], gone: Sequence[tuple[NDArray[np.int32], int]]) -> None:
        frequencies = np.zeros(len(self._vocabulary), dtype=np.int32)
        frequencies[: len(self._view.frequencies)] = self._view.frequencies
        for entry in added:
            frequencies[entry.terms] += 1
        for terms_gone, _ in gone:
            frequencies[terms_gone] -= 1
        length = self._view.total_length + sum(int(entry.counts.sum()) for entry in added) - sum(n for _, n in gone)
        parts = self._arranged()
        self._view = View(parts, self._vocabulary, frequencies, len(self._places), length)

    def _arranged(self) -> tuple[Part, ...]:
        """All parts: those that are half empty made again, the fresh one sealed when it is full, small ones merged."""
        kept = [self._merged([part]) if 2 * part.live.sum() < len(part.live) else part for part in self._sealed]
        self._sealed = [part for part in kept if part]
        fresh = Segment.of(self._fresh) if self._fresh else None
        if fresh is None or len(fresh) < FRESH:
            return (*self._sealed, *([_whole(fresh)] if fresh else []))
        self._sealed.append(self._settled(_whole(fresh)))
        self._fresh = []
        while len(self._sealed) > 1 and self._sealed[-2].live.sum() < GROWTH * self._sealed[-1].live.sum():
            merged = self._merged(self._sealed[-2:])
            self._sealed[-2:] = [merged] if merged else []
        return tuple(self._sealed)

    def _merged(self, parts: Sequence[Part]) -> Part | None:
        """None if nothing is left."""
        if not any(part.live.any() for part in parts):
            return None
        return self._settled(_whole(Segment.merged([(part.segment, part.live) for part in parts])))

    def _settled(self, part: Part) -> Part:
        segment = part.segment
        self._places.update((issue.key, (segment, row)) for row, issue in enumerate(segment.issues))
        return part


def _whole(segment: Segment) -> Part:
    return Part(segment, np.ones(len(segment), dtype=np.bool_))
