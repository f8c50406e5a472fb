"""What the tickets of an issue are told when it is closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.records.links import Link
from app.records.records import Records
from app.work.issues.incidents import INCIDENT
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror
from app.work.messages import FollowIssue
from app.work.updates.changes import ChangeFinder, Changes
from integrations.gitlab.issues import GitLabIssue
from tests.app.work.issues.test_closing_reason import ISSUE
from tests.app.work.issues.test_closing_reason import FakeGitLab as ClosedIssues
from tests.support.fakes import NOW, Clock, dependencies

FOLLOW = FollowIssue(key="gl:1", accepted_at=NOW, project_id=1, iid=3)


@dataclass
class FakeGitLab(ClosedIssues):
    found: GitLabIssue = ISSUE
    epic: str = ""

    def issue(self, *_: int) -> GitLabIssue:
        return self.found

    def project(self, _: int) -> object:
        return SimpleNamespace(public=True)

    def promoted_to(self, *_: int) -> str:
        return self.epic


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")


def changes(records: Records, gitlab: FakeGitLab, *states: str, intent: str = "report") -> Changes:
    """What tickets 1, 2, ... are told that last heard of the issue in these states."""
    for ticket_id, state in enumerate(states, 1):
        link = Link(ticket_id, intent, 1, "group/app", 3, ISSUE.web_url, state, "linked", channel="twitter")
        records.links.save(link, now=NOW.isoformat())
    deps = dependencies(records, gitlab=gitlab, clock=Clock(NOW))
    mirror = IssueMirror(records.tracked_issues, IssueIndex(records.tracked_issues, None, deps.now), deps.now)
    return ChangeFinder(deps, mirror).look(FOLLOW)


def test_a_ticket_whose_issue_became_an_epic_is_told_which_and_comes_back(records: Records) -> None:
    (told,) = changes(records, FakeGitLab(epic="group&12"), "opened", "closed").notify
    assert (told.ticket_id, told.news.reason) == (1, "gone")
    said = "The issue group/app#3 was promoted to the epic group&12, which Pointsman does not follow."
    assert told.news.sentences[0] == said


@pytest.mark.parametrize(("gitlab", "reason"), [(FakeGitLab(), "unexplained"), (FakeGitLab(True, epic="&12"), "done")])
def test_no_epic_or_a_reason_of_its_own_stays_as_it_was(records: Records, gitlab: FakeGitLab, reason: str) -> None:
    (told,) = changes(records, gitlab, "opened").notify
    assert told.news.reason == reason
    assert len(told.news.sentences) == 1


def test_an_open_issue_is_asked_for_no_epic(records: Records) -> None:
    gitlab = FakeGitLab(found=replace(ISSUE, state="opened"), epic="&12")
    assert changes(records, gitlab, "opened").notify == ()


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("intent", [INCIDENT, "issue"])
def test_whoever_complained_is_told_that_the_incident_is_over_and_never_of_a_release(
    records: Records, intent: str, is_done: bool
) -> None:
    (told,) = changes(records, FakeGitLab(merge_request=is_done), "opened", intent=intent).notify
    issue = told.news.issue
    assert issue is not None
    assert issue.closed_on == f"{NOW:%-d %B %Y, %H:%M} UTC"
    if intent == INCIDENT:
        assert (told.news.reason, told.news.sentences) == ("incident_over", ("The incident group/app#3 is over.",))
    else:
        assert told.news.reason == ("done" if is_done else "unexplained")
