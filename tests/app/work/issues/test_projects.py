"""What GitLab refuses says of which project."""

from __future__ import annotations

import pytest

from app.work.issues.projects import naming_tracker
from integrations.errors import NotFound, Refused, Unavailable
from integrations.gitlab.errors import ProjectMoved
from tests.support.shipped import SHIPPED

PROJECT = next(iter(SHIPPED.routing.trackers.values())).project
NAME = next(iter(SHIPPED.routing.trackers))


@pytest.mark.parametrize("kind", [NotFound, Refused, ProjectMoved])
def test_a_refusal_names_the_project_and_the_line_of_its_tracker(kind: type[NotFound | Refused]) -> None:
    with (
        pytest.raises(kind, match=rf"no: project {PROJECT} \(routing\.yaml:\d+, trackers\.{NAME}\)"),
        naming_tracker(SHIPPED, PROJECT),
    ):
        raise kind("gitlab", "no")


def test_a_project_that_the_rules_name_no_longer_is_named_without_a_line() -> None:
    with pytest.raises(NotFound, match=r"no: project other/one$"), naming_tracker(SHIPPED, "other/one"):
        raise NotFound("gitlab", "no")


def test_an_outage_is_no_projects_fault() -> None:
    with pytest.raises(Unavailable, match=r"down$"), naming_tracker(SHIPPED, PROJECT):
        raise Unavailable("gitlab", "down")
