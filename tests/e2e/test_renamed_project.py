"""Ids are the key: a project that is renamed keeps its links, and routing.yaml's old path still works."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.test_following import news, reported, told
from tests.support.harness import PROJECT, running_harness

NEW = "gitlab-renamed/product"


def test_links_survive_a_rename_and_tickets_still_get_issues(tmp_path: Path) -> None:
    with running_harness(tmp_path) as harness:
        ticket_id, iid = reported(harness)
        harness.sandbox.gitlab.rename_project(PROJECT, NEW)
        harness.sandbox.gitlab.close_issue(NEW, iid)
        harness.sandbox.gitlab.deliver(NEW, iid, "close")
        assert f"{NEW}#{iid} was closed" in news(told(harness, ticket_id, 3))
        (link,) = harness.desk(f"/api/tickets/{ticket_id}").json()["links"]
        assert link["project"] == NEW
        decision, _ = harness.triaged("@gitlab since 11.4 mirroring from Bitbucket stops at once. It worked in 11.3")
        assert [action["state"] for action in decision["actions"] if action["kind"] == "issue"] == ["done"]
