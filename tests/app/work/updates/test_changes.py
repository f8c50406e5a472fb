"""What the tickets of an issue are told when it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.records.links import Link
from app.records.records import Records
from app.work.issues.incidents import INCIDENT
from app.work.messages import FollowIssue
from app.work.updates.changes import ChangeFinder
from integrations.gitlab.issues import GitLabIssue
from tests.app.work.issues.test_closing_reason import ISSUE
from tests.app.work.issues.test_closing_reason import FakeGitLab as ClosedIssue
from tests.support.fakes import NOW, dependencies


@dataclass
class FakeGitLab(ClosedIssue):
    def issue(self, *_: int) -> GitLabIssue:
        return ISSUE

    def project(self, _: int) -> Any:
        return SimpleNamespace(public=True)


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("intent", [INCIDENT, "issue"])
def test_whoever_complained_is_told_that_the_incident_is_over_and_never_of_a_release(
    tmp_path: Path, intent: str, is_done: bool
) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    link = Link(5, intent, 1, "group/app", 3, ISSUE.web_url, "opened", "linked")
    records.links.save(link, now=NOW.isoformat())
    gitlab = FakeGitLab(merge_request=is_done)
    finder = ChangeFinder(dependencies(records, gitlab=gitlab), cast("Any", SimpleNamespace(saw=lambda _: None)))
    (told,) = finder.look(FollowIssue(key="k", accepted_at=NOW, project_id=1, iid=3)).notify
    issue = told.news.issue
    assert issue is not None
    assert issue.closed_on == f"{NOW:%-d %B %Y, %H:%M} UTC"
    if intent == INCIDENT:
        assert (told.news.reason, told.news.sentences) == ("incident_over", ("The incident group/app#3 is over.",))
    else:
        assert told.news.reason == ("done" if is_done else "unexplained")
    records.close()
