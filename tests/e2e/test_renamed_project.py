"""Ids are the key: a project that is renamed keeps its links, and routing.yaml's old path still works."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.test_following import news, reported, told
from tests.support.service import PROJECT, open_house

NEW = "gitlab-renamed/product"


def test_links_survive_a_rename_and_tickets_still_get_issues(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        ticket_id, iid = reported(house)
        house.sandbox.gitlab.rename_project(PROJECT, NEW)
        house.sandbox.gitlab.close_issue(NEW, iid)
        house.sandbox.gitlab.deliver(NEW, iid, "close")
        assert f"{NEW}#{iid} was closed" in news(told(house, ticket_id, 3))
        (link,) = house.desk(f"/api/tickets/{ticket_id}").json()["links"]
        assert link["project"] == NEW
        decision, _ = house.triaged("@gitlab since 11.4 mirroring from Bitbucket stops at once. It worked in 11.3")
        assert [action["state"] for action in decision["actions"] if action["kind"] == "issue"] == ["done"]
