"""The walk from an issue to the one that stands for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from app.work.issues.successor import LONGEST_CHAIN, successor_of
from integrations.errors import NotFound
from integrations.gitlab.issues import GitLabIssue, GitLabIssueRef
from tests.app.work.issues.test_closing_reason import ISSUE


class FakeGitLab:
    """Issues of project 1 by number; those of other projects may not be read."""

    def __init__(self, *issues: GitLabIssue) -> None:
        self.by_iid = {issue.iid: issue for issue in issues}

    def issue(self, project_id: int, iid: int) -> GitLabIssue:
        if project_id != 1 or iid not in self.by_iid:
            raise NotFound("gitlab", "no such issue")
        return self.by_iid[iid]

    def moved_to(self, _project_id: int, _iid: int, moved_to_id: int) -> GitLabIssueRef:
        return GitLabIssueRef(1, moved_to_id)


def numbered(iid: int, **changes: Any) -> GitLabIssue:
    return replace(ISSUE, iid=iid, **changes)


def duplicate(iid: int, of: int, project_id: int = 1) -> GitLabIssue:
    return numbered(iid, duplicated_to=GitLabIssueRef(project_id, of))


OPEN = numbered(9, state="opened")
CHAIN = [duplicate(number, number + 1) for number in range(1, LONGEST_CHAIN + 3)]


@pytest.mark.parametrize(
    ("issues", "stands", "dead_end"),
    [
        ([OPEN], 9, False),
        ([numbered(3)], 3, False),
        ([duplicate(1, 9), OPEN], 9, False),
        ([numbered(1, moved_to_id=9), OPEN], 9, False),
        ([duplicate(1, 2), numbered(2, moved_to_id=9), OPEN], 9, False),
        ([duplicate(1, 3), numbered(3)], 3, False),
        ([numbered(1, moved_to_id=9, state="opened"), OPEN], 1, False),
        ([duplicate(1, 2), duplicate(2, 1)], 2, True),
        ([duplicate(1, 1)], 1, True),
        ([duplicate(1, 9, project_id=2), OPEN], 1, True),
        ([numbered(1, moved_to_id=8), OPEN], 1, True),
        (CHAIN, LONGEST_CHAIN + 1, True),
    ],
)
def test_leads_to_the_issue_that_stands_for_it(issues: list[GitLabIssue], stands: int, dead_end: bool) -> None:
    found = successor_of(issues[0], cast("Any", FakeGitLab(*issues)))
    assert (found.issue.iid, found.dead_end) == (stands, dead_end)


def test_follows_only_the_ways_that_are_wanted() -> None:
    issues = [duplicate(1, 9), OPEN]
    found = successor_of(issues[0], cast("Any", FakeGitLab(*issues)), ways=["moved"])
    assert (found.issue.iid, found.dead_end) == (1, False)
