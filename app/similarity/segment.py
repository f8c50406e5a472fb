"""Some issues' terms as arrays that never change: by issue, and by term. What is added or removed lies outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.similarity.vectors import Meanings, Vector

State = Literal["opened", "closed"]


class IssueKey(NamedTuple):
    project_id: int
    iid: int


@dataclass(frozen=True, slots=True)
class IndexedIssue:
    """An issue to be found. What the index gives back is without `description` and `vector`: it does not keep them."""

    project_id: int
    iid: int
    title: str
    description: str = ""
    state: State = "opened"
    labels: tuple[str, ...] = ()
    updated_at: datetime | None = None
    """With its time zone; one without is taken for UTC. The same for `closed_at`."""
    closed_at: datetime | None = None
    vector: Vector | None = None

    @property
    def key(self) -> IssueKey:
        return IssueKey(self.project_id, self.iid)


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue as it goes into a segment."""

    issue: IndexedIssue
    terms: NDArray[np.int32]
    counts: NDArray[np.uint8]
    meaning: NDArray[np.float32] | None

    @classmethod
    def of(
        cls, issue: IndexedIssue, terms: Sequence[int], counts: Sequence[int], meaning: NDArray[np.float32] | None
    ) -> Entry:
        kept = replace(issue, description="", vector=None)
        capped = np.minimum(np.array(counts, dtype=np.int64), 255).astype(np.uint8)
        return cls(kept, np.array(terms, dtype=np.int32), capped, meaning)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    issues: tuple[IndexedIssue, ...]
    starts: NDArray[np.int64]
    """(issues + 1): where each issue's terms begin in `terms` and `counts`."""
    terms: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.float32]
    held: NDArray[np.int32]
    """The terms that occur, ascending; `held_starts` says where each one's issues begin in `rows`."""
    held_starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    row_counts: NDArray[np.uint8]
    projects: NDArray[np.int64]
    opened: NDArray[np.bool_]
    updated: NDArray[np.float64]
    """Seconds since 1970, 0 if not known. The same for `closed`."""
    closed: NDArray[np.float64]
    meanings: Meanings | None

    def __len__(self) -> int:
        return len(self.issues)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Segment:
        """Entries must not be empty."""
        sizes = [len(entry.terms) for entry in entries]
        return _assembled(
            tuple(entry.issue for entry in entries),
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.concatenate([entry.terms for entry in entries]),
            np.concatenate([entry.counts for entry in entries]),
            Meanings.of([entry.meaning for entry in entries]),
        )

    @classmethod
    def merged(cls, parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> Segment:
        """One segment of the rows that live, in their order; each part with its mask of them."""
        issues = tuple(
            issue
            for segment, live in parts
            for issue, lives in zip(segment.issues, live.tolist(), strict=True)
            if lives
        )
        sizes = np.concatenate([np.diff(segment.starts)[live] for segment, live in parts])
        kept = [np.repeat(live, np.diff(segment.starts)) for segment, live in parts]
        return _assembled(
            issues,
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.concatenate([segment.terms[of] for (segment, _), of in zip(parts, kept, strict=True)]),
            np.concatenate([segment.counts[of] for (segment, _), of in zip(parts, kept, strict=True)]),
            Meanings.joined([(segment.meanings, live) for segment, live in parts]),
        )

    def terms_of(self, row: int) -> NDArray[np.int32]:
        return self.terms[self.starts[row] : self.starts[row + 1]]

    @property
    def bytes_held(self) -> int:
        arrays = (self.starts, self.terms, self.counts, self.lengths, self.held, self.held_starts, self.rows)
        more = (self.row_counts, self.projects, self.opened, self.updated, self.closed)
        return sum(array.nbytes for array in (*arrays, *more)) + (self.meanings.bytes_held if self.meanings else 0)


def _assembled(
    issues: tuple[IndexedIssue, ...],
    starts: NDArray[np.int64],
    terms: NDArray[np.int32],
    counts: NDArray[np.uint8],
    meanings: Meanings | None,
) -> Segment:
    owners = np.repeat(np.arange(len(issues), dtype=np.int64), np.diff(starts))
    # One sort of whole numbers is several times as fast as an argsort and three look-ups: term, row, count.
    packed = np.sort((terms.astype(np.int64) << 32) | (owners << 8) | counts)
    held, held_starts = np.unique(packed >> 32, return_index=True)
    lengths = np.bincount(owners, weights=counts, minlength=len(issues)).astype(np.float32)
    return Segment(
        issues=issues,
        starts=starts,
        terms=terms,
        counts=counts,
        lengths=lengths,
        held=held.astype(np.int32),
        held_starts=np.append(held_starts, len(packed)).astype(np.int64),
        rows=((packed >> 8) & 0xFF_FFFF).astype(np.int32),
        row_counts=(packed & 0xFF).astype(np.uint8),
        projects=np.array([issue.project_id for issue in issues], dtype=np.int64),
        opened=np.array([issue.state == "opened" for issue in issues], dtype=np.bool_),
        updated=np.array([seconds(issue.updated_at) for issue in issues], dtype=np.float64),
        closed=np.array([seconds(issue.closed_at) for issue in issues], dtype=np.float64),
        meanings=meanings,
    )


def seconds(at: datetime | None) -> float:
    """Since 1970; 0 for None. Without a time zone it is UTC."""
    if at is None:
        return 0.0
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
