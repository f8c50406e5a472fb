"""May a stranger read an issue? Asked when we write about it, once for a backlog of tickets."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.visibility import Visibility
from integrations.errors import IntegrationError, NotFound, Unavailable
from integrations.gitlab.issues import GitLabIssue
from tests.support.fakes import NOW, Clock


@dataclass
class Projects:
    public: dict[int, bool]
    fails: list[IntegrationError] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def project(self, project_id: int) -> Any:
        self.asked.append(project_id)
        if self.fails:
            raise self.fails.pop()
        return SimpleNamespace(public=self.public[project_id])


@pytest.fixture
def projects() -> Projects:
    return Projects({1: True, 2: False})


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def visibility(projects: Projects, clock: Clock) -> Visibility:
    return Visibility(cast("Any", projects), clock)


def issue(project_id: int = 1, *, confidential: bool = False) -> GitLabIssue:
    return cast("GitLabIssue", SimpleNamespace(project_id=project_id, confidential=confidential))


def test_a_confidential_issue_is_not_public_whatever_its_project_is(visibility: Visibility, projects: Projects) -> None:
    assert not visibility.is_public(issue(confidential=True))
    assert projects.asked == []


def test_projects_stay_apart(visibility: Visibility) -> None:
    assert [visibility.is_public(issue(project_id)) for project_id in (1, 2, 1, 2)] == [True, False, True, False]


def test_an_answer_is_believed_for_a_second(visibility: Visibility, projects: Projects, clock: Clock) -> None:
    for _ in range(40):
        assert visibility.is_public(issue())
        clock.advance(0.02)
    assert projects.asked == [1]
    projects.public[1] = False
    clock.advance(0.3)
    assert not visibility.is_public(issue())


def test_a_clock_that_goes_back_keeps_no_answer(visibility: Visibility, projects: Projects, clock: Clock) -> None:
    assert visibility.is_public(issue())
    projects.public[1] = False
    clock.advance(-3600)
    assert not visibility.is_public(issue())


def test_a_project_that_we_may_not_read_is_not_public(visibility: Visibility, projects: Projects) -> None:
    projects.fails = [NotFound("gitlab", "no such project")]
    assert not visibility.is_public(issue())


def test_no_answer_is_asked_for_again(visibility: Visibility, projects: Projects) -> None:
    projects.fails = [Unavailable("gitlab", "away")]
    with pytest.raises(Unavailable):
        visibility.is_public(issue())
    assert visibility.is_public(issue())
