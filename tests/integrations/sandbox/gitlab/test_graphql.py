"""GraphQL: where an issue is, by its global id."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integrations.sandbox import GitlabSandbox

QUERY = "query whereIs($id: IssueID!) { issue(id: $id) { iid projectId } }"


def ask(gitlab: GitlabSandbox, issue_id: object, query: str = QUERY, token: str = "") -> httpx.Response:
    body = {"query": query, "variables": {"id": f"gid://gitlab/Issue/{issue_id}"}}
    headers = {"Authorization": f"Bearer {token or gitlab.token}"}
    return httpx.post(f"{gitlab.url}/api/graphql", json=body, headers=headers)


@pytest.fixture
def issue_id(gitlab: GitlabSandbox, project: str) -> int:
    gitlab.add_issue(project, title="t", confidential=True)
    issue_id: int = gitlab.issue(project, 1)["id"]
    return issue_id


def test_tells_project_and_iid(gitlab: GitlabSandbox, project: str, issue_id: int) -> None:
    answer = ask(gitlab, issue_id)
    place = {"iid": "1", "projectId": gitlab.project(project)["id"]}
    assert (answer.status_code, answer.json()) == (200, {"data": {"issue": place}})


def test_what_is_not_there_or_not_for_us_is_null(gitlab: GitlabSandbox, project: str, issue_id: int) -> None:
    assert ask(gitlab, 1).json() == {"data": {"issue": None}}
    gitlab.set_member(project, gitlab.bot_user_id, 0)
    assert ask(gitlab, issue_id).json() == {"data": {"issue": None}}


@pytest.mark.parametrize(
    ("issue_id_text", "query"),
    [
        ("x", QUERY),
        ("1", "query { currentUser { username } }"),
        ("1", QUERY.replace("projectId", "project_id")),
        ("1", QUERY.replace("id: $id", "id: $other")),
        ("1", "mutation { x }"),
    ],
)
def test_a_wrong_question_is_answered_with_errors(gitlab: GitlabSandbox, issue_id_text: str, query: str) -> None:
    answer = ask(gitlab, issue_id_text, query)
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, list(body)) == (200, ["errors"])


def test_needs_a_token_and_known_parameters(gitlab: GitlabSandbox, issue_id: int) -> None:
    assert ask(gitlab, issue_id, token="wrong").status_code == 401
    headers = {"PRIVATE-TOKEN": gitlab.token}
    assert httpx.post(f"{gitlab.url}/api/graphql", json={"quary": QUERY}, headers=headers).status_code == 400
