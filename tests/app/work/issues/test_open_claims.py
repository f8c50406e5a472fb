"""Tickets whose issue is being opened, compared with another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from app.records.links import OpenClaim
from app.records.records import Records
from app.records.tracked_issues import TrackedIssue
from app.similarity.vectors import vectors
from app.work.issues.index import IssueIndex
from app.work.issues.open_claims import OpenClaims
from tests.app.similarity.issues import LetterEncoder
from tests.support.fakes import NOW, Clock

PROJECT = 1
SIGNED = "Acme Widgets Incorporated, Wharf Lane 12, Springfield, parcel shop number 4711, directors A. Doe and B. Roe"
SUBJECTS = ("Wiki search fails", "Avatar is cropped", "LDAP sync stops", "Board loses cards", "Tags vanish")


@pytest.fixture
def issues(tmp_path: Path) -> Iterator[IssueIndex]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield IssueIndex(records.tracked_issues, None, Clock(NOW))
    records.close()


@pytest.fixture
def claims(issues: IssueIndex) -> OpenClaims:
    return OpenClaims(issues)


def issue(iid: int, title: str, description: str) -> TrackedIssue:
    at = NOW.isoformat()
    return TrackedIssue(
        project_id=PROJECT, iid=iid, title=title, description=description, state="opened", labels=(),
        confidential=False, url="", created_at=at, updated_at=at, closed_at=None, seen_at=at, milestone="",
    )  # fmt: skip


def claim(ticket_id: int, text: str, vector: str = "") -> OpenClaim:
    return OpenClaim(ticket_id, text, vector, NOW.isoformat())


def test_what_many_issues_hold_makes_no_waiting_tickets_alike(issues: IssueIndex, claims: OpenClaims) -> None:
    asked, other = f"Registry answers 404\n{SIGNED}", f"Runner hangs on Windows\n{SIGNED}"
    (before,) = claims.scores("", asked, PROJECT, [claim(1, other)])
    issues.put([issue(iid, title, f"{title} since Monday\n{SIGNED}") for iid, title in enumerate(SUBJECTS, 1)])
    assert before >= 0.5 > max(claims.scores("", asked, PROJECT, [claim(2, other)]), default=0.0)
    (same,) = claims.scores("", asked, PROJECT, [claim(3, "The registry answers 404")])
    assert same >= 0.5


class Counting(LetterEncoder):
    encoded: ClassVar[list[str]] = []

    def encode(self, text: str) -> NDArray[np.float32]:
        self.encoded.append(text)
        return super().encode(text)


def test_a_claim_that_has_its_vector_is_not_encoded_again(issues: IssueIndex, claims: OpenClaims) -> None:
    """Another process claims to open its issue, and has written down what its text means."""
    asked, other = "Registry answers 404", "The registry answers 404"
    issues._encoder = Counting()
    expected = claims.scores("", asked, PROJECT, [claim(1, other)])
    (vector,) = vectors(LetterEncoder(), [("", "Pages are lost")])
    found = claims.scores("", asked, PROJECT, [claim(2, other, vector.as_text())])
    assert Counting.encoded == [asked, other]
    assert found != expected, "it counts, whatever it says"


def test_only_the_claims_that_are_open_now_count(claims: OpenClaims) -> None:
    """Those that it was compared with before are known, but no longer open."""
    alike = [claim(ticket_id, f"The registry answers 404 since {ticket_id}") for ticket_id in (1, 2, 3)]
    assert len(claims.scores("", "Registry answers 404", PROJECT, alike)) == 3
    assert len(claims.scores("", "Registry answers 404", PROJECT, alike[1:])) == 2
    assert claims.scores("", "Registry answers 404", PROJECT, []) == []
    assert len(claims.scores("", "Registry answers 404", PROJECT, alike)) == 3


def test_a_claim_that_is_made_again_counts_by_its_new_text(claims: OpenClaims) -> None:
    assert claims.scores("", "Registry answers 404", PROJECT, [claim(1, "Registry answers 404")])
    assert not claims.scores("", "Registry answers 404", PROJECT, [claim(1, "Avatars are cropped")])


def test_claims_of_another_project_stay_apart(claims: OpenClaims) -> None:
    there, here = [claim(1, "Registry answers 404")], [claim(2, "Avatars are cropped")]
    assert claims.scores("", "Registry answers 404", 2, there)
    assert not claims.scores("", "Registry answers 404", PROJECT, here)
    assert claims.scores("", "Registry answers 404", 2, there)


def test_what_is_reported_to_another_project_a_hundred_times_is_no_commoner_here(claims: OpenClaims) -> None:
    here = [claim(1, "Registry answers 404")]
    alone = claims.scores("", "Registry answers 404", PROJECT, here)
    claims.scores("", "Registry answers 404", 2, [claim(number, "Registry answers 404") for number in range(100)])
    assert claims.scores("", "Registry answers 404", PROJECT, here) == alone


def test_texts_of_claims_are_forgotten_once_none_is_open(claims: OpenClaims) -> None:
    claims.scores("", "Registry answers 404", PROJECT, [claim(1, "Registry answers 404")])
    claims.scores("", "Registry answers 404", PROJECT, [])
    assert claims._of == {}


def test_the_words_of_claims_do_not_pile_up(claims: OpenClaims, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project on which a claim is always open; an index forgets texts, but no words."""
    monkeypatch.setattr("app.work.issues.open_claims.MOST_PUT", 10)
    for number in range(100):
        open_now = [claim(number, f"Registry answers zyx{number}"), claim(number + 1, "Registry answers 404")]
        assert claims.scores("", "Registry answers 404", PROJECT, open_now)
    assert len(claims._of[PROJECT].index._postings._numbers) < 40
