"""Texts that are compared with each other, as waiting tickets are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.records.records import Records
from app.records.tracked_issues import TrackedIssue
from app.work.issues.index import IssueIndex
from tests.support.fakes import NOW, Clock

SIGNED = "Acme Widgets Incorporated, Wharf Lane 12, Springfield, parcel shop number 4711, directors A. Doe and B. Roe"
SUBJECTS = ("Wiki search fails", "Avatar is cropped", "LDAP sync stops", "Board loses cards", "Tags vanish")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IssueIndex]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield IssueIndex(records.tracked_issues, None, Clock(NOW))
    records.close()


def issue(iid: int, title: str, description: str) -> TrackedIssue:
    at = NOW.isoformat()
    return TrackedIssue(
        project_id=1, iid=iid, title=title, description=description, state="opened", labels=(), confidential=False,
        url="", created_at=at, updated_at=at, closed_at=None, seen_at=at, milestone="",
    )  # fmt: skip


def test_what_many_issues_hold_makes_no_waiting_tickets_alike(index: IssueIndex) -> None:
    asked, other = f"Registry answers 404\n{SIGNED}", f"Runner hangs on Windows\n{SIGNED}"
    (before,) = index.scores("", asked, [("", other)])
    index.put([issue(iid, title, f"{title} since Monday\n{SIGNED}") for iid, title in enumerate(SUBJECTS, 1)])
    assert before >= 0.5 > max(index.scores("", asked, [("", other)]), default=0.0)
    (same,) = index.scores("", asked, [("", "The registry answers 404")])
    assert same >= 0.5
