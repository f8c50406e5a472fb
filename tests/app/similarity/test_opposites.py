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
    ("Board shows too many issues per column", "Board shows too few issues per column"),
    ("Search returns more results than it should", "Search returns fewer results than it should"),
    ("Member list shows blocked users", "Member list omits blocked users"),
    ("Runner uses too much memory while idle", "Runner uses too little memory while idle"),
    ("Stage is skipped when the variable is set", "Stage is skipped when the variable is unset"),
    ("Deploy succeeds with an empty variable", "Deploy fails with an empty variable"),
    ("Runner polls too slowly when idle", "Runner polls too quickly when idle"),
    ("Animation of the sidebar is too slow", "Animation of the sidebar is too fast"),
    ("Notification mails for comments are missing", "Notification mails for comments are sent twice"),
    ("Notification mails for comments are lost", "Duplicate notification mails for comments"),
    ("Diff lines wrap too long", "Diff lines wrap too short"),
    ("Timeout of the import is too high", "Timeout of the import is too low"),
    ("Issues are sorted ascending by weight", "Issues are sorted descending by weight"),
    ("Session expires too soon after login", "Session expires too late after login"),
    ("Epic tree cannot be expanded", "Epic tree cannot be collapsed"),
    ("Label search includes archived projects", "Label search excludes archived projects"),
    ("Pipeline is green although tests were skipped", "Pipeline is red although tests were skipped"),
    ("Wrong source branch in merge request form", "Wrong target branch in merge request form"),
    ("Banner appears on every page", "Banner disappears on every page"),
    ("Comment is required on approval", "Comment is optional on approval"),
    ("Page jumps forward when a thread is resolved", "Page jumps backward when a thread is resolved"),
    ("User is redirected to a blank page at login", "User is redirected to a blank page at logout"),
    ("Backup fails with large uploads", "Restore fails with large uploads"),
    ("Deploy key has read access only", "Deploy key has write access only"),
    ("Cannot pin an issue on mobile", "Cannot unpin an issue on mobile"),
    ("Newest tags are listed at the top", "Oldest tags are listed at the top"),
    ("Column of the table is too wide", "Column of the table is too narrow"),
    ("Valid tokens are logged as warning", "Invalid tokens are logged as warning"),
    ("Job logs are shown twice in the pipeline view", "Job logs disappear in the pipeline view"),
    ("Webhook fires more than once per push", "Webhook fires less than once per push"),
]
SAME = [
    ("The runner won't start on our server", "The runner doesn't start on our server"),
    ("The runner fails to start on our server", "The runner does not start on our server"),
    ("Merge button disappears after approval", "After the approval the merge button has disappeared"),
    ("Notification mails are not sent for each comment", "no notification mails are sent for comments"),
    ("Merge requests page is slow with many files", "Merge requests page with many files was faster before, now slow"),
    ("Job logs are shown twice in the pipeline view", "Pipeline view shows every job log twice"),
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
