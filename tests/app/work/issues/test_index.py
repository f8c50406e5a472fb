"""The trackers' issues in memory, beside what other processes write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.records.records import Records
from app.records.tracked_issues import TrackedIssue
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror
from integrations.gitlab.issues import GitLabIssue
from tests.support.fakes import NOW, Clock


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield records
    records.close()


@pytest.fixture
def mirror(records: Records) -> IssueMirror:
    return mirror_of(records)


def mirror_of(records: Records) -> IssueMirror:
    """Of a process of its own."""
    clock = Clock(NOW)
    return IssueMirror(records.tracked_issues, IssueIndex(records.tracked_issues, None, clock), clock)


def issue(iid: int, title: str = "Registry answers 404") -> TrackedIssue:
    at = NOW.isoformat()
    return TrackedIssue(
        project_id=1, iid=iid, title=title, description="", state="opened", labels=(), confidential=False,
        url="", created_at=at, updated_at=at, closed_at=None, seen_at=at, milestone="",
    )  # fmt: skip


def opened_issue(iid: int) -> GitLabIssue:
    return GitLabIssue(
        id=iid, iid=iid, project_id=1, title="Avatars are cropped", description="", state="opened", labels=(),
        confidential=False, web_url=f"/{iid}", author_id=1, created_at=NOW, updated_at=NOW, upvotes=0, moved_to_id=None,
        duplicated_to=None, issue_type="issue", reference=f"x#{iid}",
    )  # fmt: skip


def found(mirror: IssueMirror, words: str) -> list[int]:
    return [one.key.number for one in mirror.index.search("", words, 1, closed_after=NOW)]


def test_what_another_process_wrote_is_found_by_the_next_search(records: Records, mirror: IssueMirror) -> None:
    mirror_of(records).keep([issue(1)])
    assert found(mirror, "registry 404") == [1]


def test_an_issue_that_did_not_change_is_not_written_again(records: Records, mirror: IssueMirror) -> None:
    """The tracker is read again and again: no process must fetch, and no ticket look again, for nothing."""
    mirror.keep([issue(1)])
    revision = mirror.index.revision
    later = (NOW + timedelta(minutes=1)).isoformat()
    mirror.keep([replace(issue(1), seen_at=later)])
    assert mirror.index.revision == revision
    assert next(iter(records.tracked_issues.changed_since(later)), []) == []
    mirror.keep([replace(issue(1, "Registry answers 502"), seen_at=later, updated_at=later)])
    assert mirror.index.revision > revision
    assert [one.key for one in next(records.tracked_issues.changed_since(later))] == [(1, 1)]
    assert found(mirror, "502") == [1]


def test_an_index_keeps_the_meaning_of_an_issue_that_is_read_again(records: Records, mirror: IssueMirror) -> None:
    """GitLab's answer has none."""
    mirror.keep([issue(1)])
    (row,) = records.tracked_issues.of(1, [1]).values()
    records.tracked_issues.add_vectors("e", [(row, b"v")], now=(NOW + timedelta(seconds=1)).isoformat())
    assert mirror.index.refresh() == 1
    mirror.keep([issue(1)])
    assert mirror.index.refresh() == 0


def test_only_what_was_in_the_index_before_it_was_written_counts_as_known(
    records: Records, mirror: IssueMirror
) -> None:
    """A claim fetches the rest: an issue that changed is in the index without its meaning, which its row still has."""
    mirror.keep([issue(1)])
    assert records.tracked_issues.of(1, [1])[1].written_by == ""
    opened = mirror.opened(opened_issue(2), "", "Avatars are cropped")
    assert opened.written_by == mirror.index.name
    assert found(mirror, "avatars cropped") == [2]


def test_what_another_process_committed_late_is_found_within_a_minute(records: Records) -> None:
    """It was held up, or its clock is behind; others wrote meanwhile."""
    clock = Clock(NOW)
    index = IssueIndex(records.tracked_issues, None, clock)
    records.tracked_issues.save([issue(1)])
    index.update()
    late = replace(issue(2), seen_at=(NOW - timedelta(minutes=2)).isoformat())
    records.tracked_issues.save([late])
    clock.advance(30)
    index.update()
    assert len(index) == 1
    clock.advance(31)
    index.update()
    assert len(index) == 2
