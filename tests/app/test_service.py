"""What `/readyz` says of trackers and groups."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.service import Degraded, NotReady, Service
from app.work.tickets.assignees import groups_named
from integrations.errors import IntegrationError, NotFound, Refused, Unavailable
from tests.support.shipped import SHIPPED

TRACKER = next(one.issue.tracker for one in SHIPPED.routing.archetypes.values() if one.issue)


def service(*, project: object = None, group: object = 7) -> Service:
    """Answers the same for every project and group; an error is raised."""

    def answer(given: object) -> Any:
        if isinstance(given, IntegrationError):
            raise given
        return given

    clients = SimpleNamespace(gitlab=SimpleNamespace(project=lambda _: answer(project)))
    made = SimpleNamespace(
        deps=SimpleNamespace(rulebook=SimpleNamespace(current=lambda: SHIPPED), clients=clients),
        assignees=SimpleNamespace(group=lambda _: answer(group)),
    )
    return cast("Service", made)


@pytest.mark.parametrize("error", [NotFound("gitlab", "no", "project_not_found"), Refused("gitlab", "no", "forbidden")])
def test_a_project_that_is_not_there_is_named_with_its_line(error: IntegrationError) -> None:
    with pytest.raises(NotReady, match=rf"{error.reason}: \S+ \(routing\.yaml:\d+, trackers\.\w+\)"):
        Service.check_trackers(service(project=error))


def test_a_project_that_strangers_may_not_read_is_a_warning() -> None:
    with pytest.raises(Degraded, match="a reply can never name an issue"):
        Service.check_trackers(service(project=SimpleNamespace(public=False)))
    assert "may read" in Service.check_trackers(service(project=SimpleNamespace(public=True)))


def test_a_service_that_does_not_answer_is_no_missing_project() -> None:
    with pytest.raises(Unavailable):
        Service.check_trackers(service(project=Unavailable("gitlab", "down")))


def test_groups_that_are_missing_are_named() -> None:
    assert groups_named(SHIPPED.routing), "the shipped rules hand tickets to groups"
    missing = NotFound("zendesk", "no", "group_not_found")
    with pytest.raises(Degraded, match=f"group_not_found: {groups_named(SHIPPED.routing)[0]}"):
        Service.check_groups(service(group=missing))
    assert "has the groups" in Service.check_groups(service())


@pytest.mark.parametrize(("part", "setting"), [("zendesk", "ZENDESK_TOKEN"), ("gitlab", "GITLAB_TOKEN")])
def test_what_a_service_refuses_is_said_with_the_settings_to_look_at(part: str, setting: str) -> None:
    def refuse() -> object:
        raise Refused(part, "no", "not_authenticated")

    clients = SimpleNamespace(gitlab=SimpleNamespace(token_scopes=refuse))
    deps = SimpleNamespace(identity=SimpleNamespace(ask_zendesk=refuse, ask_gitlab=refuse), clients=clients)
    asked = {"zendesk": Service.check_zendesk, "gitlab": Service.check_gitlab}[part]
    with pytest.raises(NotReady, match=f"not_authenticated: check .*{setting}"):
        asked(cast("Service", SimpleNamespace(deps=deps)))
