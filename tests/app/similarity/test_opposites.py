"""Reports that say the opposite of each other are not linked; other words for the same are."""

from __future__ import annotations

import pytest

from app.similarity.index import IndexedText, SimilarityIndex
from tests.app.similarity.issues import ISSUES, PROJECT

LINK_AT = 0.7
OPPOSITES = [
    ("The runner starts twice after the update", "The runner does not start after the update"),
    ("Pipelines run when the option is on", "Pipelines run when the option is off"),
    ("Merge button disappears before the approval", "Merge button disappears after the approval"),
    ("Two-factor login fails when it is enabled", "Two-factor login fails when it is disabled"),
    ("Scheduled pipeline runs too early", "Scheduled pipeline runs too late"),
    ("Notification mails are sent twice for each comment", "Notification mails are not sent for each comment"),
    ("Issue board shows the closed list first", "Issue board shows the closed list last"),
    ("Group import fails with a large repository", "Group export fails with a large repository"),
    ("Artifacts expire although keep is set", "Artifacts never expire although keep is not set"),
    ("Dark mode: diff colours are unreadable", "Light mode: diff colours are unreadable"),
    ("CI variables are lost with spaces in the name", "CI variables are lost without spaces in the name"),
    ("Mirror pulls always even when paused", "Mirror never pulls even when resumed"),
]
SAME = [
    ("The runner won't start on our server", "The runner doesn't start on our server"),
    ("The runner fails to start on our server", "The runner does not start on our server"),
    ("Merge button disappears after approval", "After the approval the merge button has disappeared"),
    ("Notification mails are not sent for each comment", "no notification mails are sent for comments"),
]


def score(known: str, asked: str) -> float:
    index = SimilarityIndex()
    index.add_all([*ISSUES, IndexedText(PROJECT, 99, known, known)])
    return index.search(asked, asked, group=PROJECT)[0].score


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposites_are_not_linked(one: str, other: str) -> None:
    for known, asked in ((one, other), (other, one)):
        assert score(known, asked) < LINK_AT <= score(known, known)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words_is_linked(one: str, other: str) -> None:
    assert min(score(one, other), score(other, one)) >= LINK_AT
