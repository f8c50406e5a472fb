"""Our copy of the trackers: a row is written when it says something new, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.records.records import Records
from app.records.tracked_issues import TrackedIssue

AT, LATER = "2026-11-01T00:00:00+00:00", "2026-11-01T00:01:00+00:00"
ISSUE = TrackedIssue(
    project_id=1, iid=7, title="Registry answers 404", description="d", state="opened", labels=("bug",),
    confidential=False, url="/7", created_at=AT, updated_at=AT, closed_at=None, seen_at=AT,
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def saved(records: Records, *rows: TrackedIssue) -> TrackedIssue:
    records.tracked_issues.save(rows)
    return records.tracked_issues.of(1, [7])[7]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_row_that_says_the_same_is_left_alone(records: Records, rows: int) -> None:
    """One by one, and in a batch with another."""
    saved(records, ISSUE)
    again = replace(ISSUE, seen_at=LATER, written_by="other")
    assert saved(records, again, *[replace(again, iid=8)] * (rows - 1)) == ISSUE
    changed = next(iter(records.tracked_issues.changed_since(LATER)), [])
    assert [one.key for one in changed] == [(1, 8)] * (rows - 1)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "other"},
        {"description": "other"},
        {"url": "/moved/7"},
        {"closed_at": LATER},
        {"confidential": True},
        {"labels": ("bug", "known")},
        {"milestone": "18.6"},
        {"updated_at": LATER},
        {"vector": b"v", "vector_of": "e"},
    ],
)
def test_whatever_a_row_says_anew_is_written(records: Records, change: dict[str, object]) -> None:
    saved(records, ISSUE)
    changed = replace(ISSUE, seen_at=LATER, **change)  # type: ignore[arg-type]
    assert saved(records, changed) == changed


def test_a_vector_stays_until_the_text_changes(records: Records) -> None:
    saved(records, replace(ISSUE, vector=b"v", vector_of="e"))
    assert saved(records, replace(ISSUE, labels=())).vector == b"v"
    assert saved(records, replace(ISSUE, title="other")).vector is None
