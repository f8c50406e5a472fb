"""The controls over HTTP: the same as the methods, for tests in another process."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integrations.sandbox import Sandbox

from .conftest import Receiver


def ask(url: str, name: str, **arguments: Any) -> Any:
    answer = httpx.post(f"{url}/sandbox/{name}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def test_a_ticket_can_be_made_and_changed_from_outside(sandbox: Sandbox, receiver: Receiver) -> None:
    url = sandbox.zendesk.url
    ticket_id = ask(url, "create_ticket", subject="s", body="b", custom_fields={"360002": "v"})
    ask(url, "add_comment", ticket_id=ticket_id, body="more")
    ask(url, "set_tags", ticket_id=ticket_id, tags=["a"])
    ask(url, "subscribe", endpoint_url=receiver.url)
    assert ask(url, "deliver", ticket_id=ticket_id, times=2) == [202, 202]
    view = ask(url, "ticket", ticket_id=ticket_id)
    assert ([comment["body"] for comment in view["comments"]], view["tags"]) == (["b", "more"], ["a"])
    assert view["custom_fields"] == {"360002": "v"}


def test_faults_calls_time_and_limits_can_be_set_from_outside(sandbox: Sandbox) -> None:
    url = sandbox.gitlab.url
    ask(url, "fault_add", method="GET", kind="status", status=502)
    assert httpx.get(f"{url}/api/v4/user").status_code == 502
    (call,) = ask(url, "calls")
    wanted = {"method": "GET", "path": "/api/v4/user", "query": "", "status": 502, "fault": "status"}
    assert call == call | wanted
    assert "httpx" in call["agent"]
    assert 0 < call["began"] <= call["ended"]
    ask(url, "calls_clear")
    ask(url, "set", latency=0.01, auto_deliver=True, limits={"notes_per_minute": 3})
    assert (sandbox.gitlab.latency, sandbox.gitlab.auto_deliver) == (0.01, True)
    assert (sandbox.gitlab.limits.notes_per_minute, sandbox.gitlab.calls) == (3, [])
    before = ask(url, "now")
    ask(url, "advance", seconds=3600)
    assert ask(url, "now") > before


def test_an_issue_can_be_made_and_closed_from_outside(sandbox: Sandbox, project: str) -> None:
    url = sandbox.gitlab.url
    first = ask(url, "add_issue", project=project, title="a")
    second = ask(url, "add_issue", project=project, title="b")
    ask(url, "close_issue", project=project, iid=second, reason="duplicate", target=[project, first])
    assert [issue["state"] for issue in ask(url, "issues", project=project)] == ["opened", "closed"]


def test_people_projects_and_jobs_can_be_played_from_outside(sandbox: Sandbox, project: str) -> None:
    url = sandbox.gitlab.url
    user_id = ask(url, "add_person", username=f"kim-of-{project[-3:].strip('-')}")
    ask(url, "set_member", project=project, user_id=user_id, access_level=30)
    assert ask(url, "project", key=project)["members"][str(user_id)] == 30
    iid = ask(url, "add_issue", project=project, title="a")
    ask(url, "set_milestone", project=project, iid=iid, title="17.1")
    note_id = ask(url, "add_note", project=project, iid=iid, body="one", author_id=user_id)
    ask(url, "edit_note", project=project, iid=iid, note_id=note_id, body="two")
    issue = ask(url, "issue", project=project, iid=iid)
    assert (issue["milestone"]["title"], [note["body"] for note in issue["notes"]]) == ("17.1", ["two"])
    ask(url, "disable_hooks")
    ask(sandbox.zendesk.url, "break_next_job", ends="killed", after=0)
    ids = [ask(sandbox.zendesk.url, "create_ticket", subject="s", body="b")]
    answer = httpx.put(
        f"{sandbox.zendesk.url}/api/v2/tickets/update_many.json",
        json={"tickets": [{"id": ids[0], "tags": ["a"]}]},
        auth=(f"{sandbox.zendesk.email}/token", sandbox.zendesk.token),
    )
    assert answer.status_code == 200
    assert ask(sandbox.zendesk.url, "ticket", ticket_id=ids[0])["tags"] == []


@pytest.mark.parametrize(
    ("name", "arguments", "status", "told"),
    [
        ("no_such", {}, 404, "create_ticket"),
        ("create_ticket", {"subjekt": "x"}, 400, "subjekt"),
        ("ticket", {"ticket_id": 1}, 400, "404 not_found"),
        ("set", {"token": "x"}, 400, "cannot set token"),
        ("set", {"limits": {"_requests": 1}}, 400, "no such setting"),
        ("fault_add", {"kind": "status", "path": "("}, 400, "unterminated"),
    ],
)
def test_mistakes_are_answered_with_an_error(
    sandbox: Sandbox, name: str, arguments: dict[str, Any], status: int, told: str
) -> None:
    answer = httpx.post(f"{sandbox.zendesk.url}/sandbox/{name}", json=arguments)
    assert answer.status_code == status
    assert told in answer.text


def test_lists_what_there_is(sandbox: Sandbox) -> None:
    assert "create_ticket" in httpx.get(f"{sandbox.zendesk.url}/sandbox").json()["controls"]
    assert "messages" in httpx.get(f"{sandbox.chat.url}/sandbox").json()["controls"]
