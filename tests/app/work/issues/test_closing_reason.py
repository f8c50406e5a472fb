"""Why an issue was closed: "done" needs a sign of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.records.records import Records
from app.work.issues.closing_reason import ClosingReason
from integrations.gitlab.issues import GitLabIssue, GitLabIssueRef, GitLabNote
from tests.support.fakes import NOW, dependencies

TEAM, STRANGER = 7, 8
ISSUE = GitLabIssue(
    id=301, iid=3, project_id=1, title="It breaks", description="", state="closed", labels=("bug",), confidential=False,
    web_url="https://gitlab.com/group/app/-/issues/3", author_id=STRANGER, created_at=NOW, updated_at=NOW, upvotes=0,
    moved_to_id=None, duplicated_to=None, issue_type="issue", reference="group/app#3", closed_at=NOW,
)  # fmt: skip


@dataclass
class FakeGitLab:
    merge_request: bool = False
    commit: bool = False
    comments: list[GitLabNote] = field(default_factory=list)

    def closed_by_merge_request(self, *_: int) -> bool:
        return self.merge_request

    def closed_by_commit(self, *_: int) -> bool:
        return self.commit

    def notes(self, *_: int) -> list[GitLabNote]:
        return self.comments

    def is_member(self, _: int, user_id: int) -> int:
        return 30 if user_id == TEAM else 0


def said(body: str, author: int = TEAM) -> FakeGitLab:
    return FakeGitLab(comments=[GitLabNote(1, author, body, internal=False, created_at=NOW)])


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")


def reason(records: Records, gitlab: FakeGitLab, **issue: Any) -> str:
    deps = dependencies(records, gitlab=gitlab)
    return ClosingReason(deps).of(replace(ISSUE, **issue), deps.rulebook.current().routing.closing)


@pytest.mark.parametrize(
    ("gitlab", "issue"),
    [
        (FakeGitLab(merge_request=True), {}),
        (FakeGitLab(merge_request=True), {"labels": ("stale",)}),
        (FakeGitLab(commit=True), {}),
        (FakeGitLab(), {"milestone": "16.5"}),
        (FakeGitLab(), {"labels": ("Status::Done",)}),
        (said("Fixed in 16.5, thank you all."), {}),
        (said("Thanks!\n\nThis is now fixed."), {}),
        (said("Implemented by !1234"), {}),
        (said("✅ **Fixed in 17.0**"), {}),
        (said("Shipped! 🎉"), {}),
    ],
)
def test_done_has_a_sign(records: Records, gitlab: FakeGitLab, issue: dict[str, Any]) -> None:
    assert reason(records, gitlab, **issue) == "done"


@pytest.mark.parametrize(
    ("gitlab", "issue"),
    [
        (FakeGitLab(), {}),
        (FakeGitLab(), {"labels": ("bug", "stale", "auto-closed")}),
        (FakeGitLab(), {"labels": ("stale",), "milestone": "16.5"}),
        (FakeGitLab(), {"labels": ("resolution::cannot reproduce",)}),
        (FakeGitLab(), {"milestone": "Backlog"}),
        (said("Fixed in 16.5", STRANGER), {}),
        (said("Not fixed in 16.5, but nobody answers."), {}),
        (said("Done with waiting for an answer, closing."), {}),
        (said("fixed in 16.1? I still see it"), {}),
        (said("> Fixed in 16.1"), {}),
        (said("resolved in favour of #12"), {}),
        (FakeGitLab(), {"labels": ("lifecycle/rotten",), "milestone": "16.5"}),
    ],
)
def test_without_a_sign_it_is_only_closed(records: Records, gitlab: FakeGitLab, issue: dict[str, Any]) -> None:
    assert reason(records, gitlab, **issue) == "unexplained"


@pytest.mark.parametrize("label", ["wontfix", "Closed::Wontfix", "resolution::won't do", "Not_Planned"])
def test_not_planned_is_said_by_a_label(records: Records, label: str) -> None:
    assert reason(records, FakeGitLab(merge_request=True), labels=(label,)) == "not_planned"


def test_another_issue_in_its_place_comes_first(records: Records) -> None:
    assert reason(records, FakeGitLab(), moved_to_id=9, labels=("done",)) == "moved"
    assert reason(records, FakeGitLab(), duplicated_to=GitLabIssueRef(1, 4)) == "duplicate"
