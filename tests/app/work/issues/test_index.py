"""Texts that are compared with each other, as waiting tickets are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from app.records.records import Records
from app.records.tracked_issues import TrackedIssue
from app.similarity.vectors import vectors
from app.work.issues.index import IssueIndex
from tests.app.similarity.issues import LetterEncoder
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
    (before,) = index.scores("", asked, [(other, None)])
    index.put([issue(iid, title, f"{title} since Monday\n{SIGNED}") for iid, title in enumerate(SUBJECTS, 1)])
    assert before >= 0.5 > max(index.scores("", asked, [(other, None)]), default=0.0)
    (same,) = index.scores("", asked, [("The registry answers 404", None)])
    assert same >= 0.5


def test_a_text_that_has_its_vector_is_not_encoded_again(index: IssueIndex) -> None:
    """Another process claims to open its issue, and has written down what its text means."""

    class Counting(LetterEncoder):
        encoded: ClassVar[list[str]] = []

        def encode(self, text: str) -> NDArray[np.float32]:
            self.encoded.append(text)
            return super().encode(text)

    asked, other = "Registry answers 404", "The registry answers 404"
    index._encoder = Counting()
    expected = index.scores("", asked, [(other, None)])
    (vector,) = vectors(LetterEncoder(), [("", "Pages are lost")])
    found = index.scores("", asked, [(other, vector)])
    assert index._encoder.encoded == [other, asked]
    assert found != expected, "it counts, whatever it says"
