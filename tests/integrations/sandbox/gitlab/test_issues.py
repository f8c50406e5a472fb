"""Creating, reading and updating issues over HTTP, with GitLab's answers and the sandbox's refusals."""

from __future__ import annotations

from typing import Any

import gitlab as python_gitlab
import httpx
import pytest
import requests

from integrations.sandbox import GitlabSandbox


def test_needs_a_token(gitlab: GitlabSandbox, project: str) -> None:
    url = f"{gitlab.url}/api/v4/projects/{project.replace('/', '%2F')}"
    for headers in ({}, {"PRIVATE-TOKEN": "x"}, {"Authorization": "Bearer x"}):
        answer = httpx.get(url, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})
    assert httpx.get(url, headers={"Authorization": f"Bearer {gitlab.token}"}).status_code == 200


def test_what_the_token_may_not_see_is_not_found(gitlab: GitlabSandbox) -> None:
    gitlab.add_project(path := f"hidden/project-{len(gitlab.projects())}", "private", member=False)
    for key in (path.replace("/", "%2F"), "none%2Fsuch", "999999"):
        answer = httpx.get(f"{gitlab.url}/api/v4/projects/{key}/issues", headers={"PRIVATE-TOKEN": gitlab.token})
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Project Not Found"})


def test_a_strangers_confidential_issues_are_hidden(gitlab: GitlabSandbox) -> None:
    gitlab.add_project(path := f"foreign/project-{len(gitlab.projects())}", "public", member=False)
    gitlab.add_issue(path, title="open to all")
    gitlab.add_issue(path, title="secret", confidential=True)
    base = f"{gitlab.url}/api/v4/projects/{path.replace('/', '%2F')}/issues"
    headers = {"PRIVATE-TOKEN": gitlab.token}
    assert [issue["title"] for issue in httpx.get(base, headers=headers).json()] == ["open to all"]
    assert httpx.get(f"{base}/2", headers=headers).status_code == 404
    internal = httpx.post(f"{base}/1/notes", headers=headers, json={"body": "x", "internal": True})
    assert internal.status_code == 403


def test_creates_with_labels_made_on_the_way(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    given = {"title": "t", "description": "d", "labels": "bug,needs info", "confidential": True}
    answer = gitlab_http.post("/issues", json=given)
    assert answer.status_code == 201
    issue = answer.json()
    assert (issue["iid"], issue["state"], issue["labels"], issue["confidential"]) == (
        1,
        "opened",
        ["bug", "needs info"],
        True,
    )
    assert issue["id"] != issue["iid"]
    assert issue["web_url"] == f"{gitlab.url}/{project}/-/work_items/1"
    assert issue["author"]["id"] == gitlab.bot_user_id
    assert gitlab_http.get("/issues/1").json() == issue
    assert gitlab_http.post("/issues", json={"title": "list", "labels": ["Bug"]}).json()["labels"] == ["Bug"]
    assert gitlab.project(project)["labels"] == ["Bug", "bug", "needs info"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "title is missing"),
        ({"title": " "}, "can't be blank"),
        ({"title": "x" * 256}, "is too long (maximum is 255 characters)"),
        ({"title": "t", "description": "x" * 1_048_577}, "is too long"),
        ({"title": "t", "lables": "x"}, "silently ignore these parameters: lables"),
        ({"title": "t", "iid": 7}, "iid"),
        ({"title": "t", "confidential": "maybe"}, "confidential is invalid"),
        ({"title": "t", "issue_type": "bug"}, "issue_type does not have a valid value"),
        ({"title": {"a": 1}}, "title is invalid"),
    ],
)
def test_refuses_bad_creations(gitlab_http: httpx.Client, given: dict[str, Any], told: str) -> None:
    answer = gitlab_http.post("/issues", json=given)
    assert answer.status_code == 400
    assert told in answer.text


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_refuses_broken_bodies(gitlab_http: httpx.Client, body: bytes) -> None:
    answer = gitlab_http.post("/issues", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_quick_actions_in_a_description_are_executed_cut_out_and_kept_on_record(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    commands = '/label ~a ~"b c"\n/confidential\n/assign @emil\n/severity high\n/unknown x\n/close'
    text = f"@joe look\n{commands}\n![i](http://e/1.png) #4"
    created = gitlab_http.post("/issues", json={"title": "t @title", "description": text}).json()
    assert (created["state"], created["labels"], created["confidential"]) == ("closed", ["a", "b c"], True)
    view = gitlab.issue(project, 1)
    assert view["description"] == "@joe look\n/unknown x\n![i](http://e/1.png) #4"
    assert [action["command"] for action in view["quick_actions"]] == [
        "label",
        "confidential",
        "assign",
        "severity",
        "close",
    ]
    assert (view["mentions"], view["references"], view["images"]) == (["title", "joe"], ["#4"], ["http://e/1.png"])


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        ("/title Other", "title", "Other"),
        ("/relabel ~z", "labels", ["z"]),
        ("/unlabel", "labels", []),
        ("/unlabel ~x", "labels", ["y"]),
    ],
)
def test_effects_of_quick_actions(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, action: str, name: str, value: object
) -> None:
    gitlab.add_issue(project, title="t", labels=["x", "y"])
    gitlab.edit_issue(project, 1, {"description": f"text\n\n{action}"})
    assert gitlab_http.get("/issues/1").json()[name] == value


def test_a_person_changes_state_and_labels(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    gitlab.add_issue(project, title="t", labels=["a", "b"])
    gitlab.edit_issue(project, 1, {"state": "closed", "labels": ["c", "b"]}, gitlab.bot_user_id)
    issue = gitlab_http.get("/issues/1").json()
    assert (issue["state"], issue["labels"], issue["closed_by"]["id"]) == ("closed", ["b", "c"], gitlab.bot_user_id)
    gitlab.edit_issue(project, 1, {"state": "opened", "title": "n", "confidential": True})
    issue = gitlab_http.get("/issues/1").json()
    assert (issue["state"], issue["closed_at"], issue["title"], issue["confidential"]) == ("opened", None, "n", True)
    assert gitlab_http.get("/issues/9").json() == {"message": "404 Not found"}


def test_updated_at_moves_only_with_a_change(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    gitlab.add_issue(project, title="t")
    before = gitlab.issue(project, 1)["updated_at"]
    gitlab.clock.advance(10)
    gitlab.edit_issue(project, 1, {"title": "t"})
    assert gitlab_http.get("/issues/1").json()["updated_at"] == before
    gitlab.edit_issue(project, 1, {"title": "u"})
    assert gitlab_http.get("/issues/1").json()["updated_at"] > before


def test_closing_says_why(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    first, second, third = (gitlab.add_issue(project, title=title, labels=["l"]) for title in "abc")
    gitlab.close_issue(project, second, reason="duplicate", target=(project, first))
    issue = gitlab_http.get(f"/issues/{second}").json()
    assert issue["state"] == "closed"
    assert issue["_links"]["closed_as_duplicate_of"].endswith(f"/issues/{first}")
    copy = gitlab.close_issue(project, third, reason="moved", target="community/infrastructure")
    assert copy is not None
    moved = gitlab.issue("community/infrastructure", copy)
    assert (moved["title"], moved["labels"], moved["state"]) == ("c", ["l"], "opened")
    assert gitlab_http.get(f"/issues/{third}").json()["moved_to_id"] == moved["id"]
    gitlab.reopen_issue(project, second)
    assert gitlab_http.get(f"/issues/{second}").json()["_links"]["closed_as_duplicate_of"] is None


def test_a_milestone_is_one_of_its_project(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    for title in ("a", "b"):
        gitlab.add_issue(project, title=title, description="/milestone %17.0")
    gitlab.set_milestone(project, 2, "17.1")
    first, second = (gitlab_http.get(f"/issues/{iid}").json()["milestone"] for iid in (1, 2))
    assert [(one["iid"], one["title"]) for one in (first, second)] == [(1, "17.0"), (2, "17.1")]
    gitlab.set_milestone(project, 1, None)
    assert gitlab_http.get("/issues/1").json()["milestone"] is None


def test_a_moved_project_redirects_reads_to_its_id_and_refuses_writes(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    gitlab.add_issue(project, title="t")
    gitlab.rename_project(project, f"elsewhere/{project}-renamed")
    project_id = gitlab.project(project)["id"]
    base = f"{gitlab.url}/api/v4/projects"
    for rest in ("", "/issues/1", "/issues?state=opened&per_page=2"):
        answer = gitlab_http.get(f"{base}/{project.replace('/', '%2F')}{rest}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{base}/{project_id}{rest}")
    written = gitlab_http.post("/issues/1/notes", json={"body": "x"})
    assert (written.status_code, written.json()) == (
        405,
        {"message": "Non GET methods are not allowed for moved projects"},
    )
    headers = {"PRIVATE-TOKEN": gitlab.token}
    for key in (project_id, f"elsewhere/{project}-renamed".replace("/", "%2F")):
        shown = httpx.get(f"{base}/{key}", headers=headers).json()
        assert (shown["id"], shown["path_with_namespace"]) == (project_id, f"elsewhere/{project}-renamed")
    assert gitlab.issue(project, 1)["web_url"].startswith(f"{gitlab.url}/elsewhere/{project}-renamed/-/")
    assert gitlab.issue(project, 1)["notes"] == []


def test_a_path_belongs_to_one_project(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.rename_project(project, f"{project}-renamed")
    gitlab.rename_project(project, project)
    with pytest.raises(ValueError, match="already a project"):
        gitlab.rename_project(project, "community/product")


def test_token_user_and_unknown_routes(gitlab: GitlabSandbox) -> None:
    with httpx.Client(base_url=f"{gitlab.url}/api/v4", headers={"PRIVATE-TOKEN": gitlab.token}) as client:
        assert client.get("/user").json()["id"] == gitlab.bot_user_id
        assert client.get("/personal_access_tokens/self").json()["scopes"] == ["api"]
        assert client.get("/nothing").json() == {"error": "404 Not Found"}


def test_python_gitlab_gets_what_it_needs(gitlab: GitlabSandbox, project: str) -> None:
    with requests.Session() as session:
        client = python_gitlab.Gitlab(
            gitlab.url, private_token=gitlab.token, timeout=5, keep_base_url=True, session=session
        )
        lazy = client.projects.get(project, lazy=True)
        issue = lazy.issues.create({"title": "t", "labels": ["a", "b"], "confidential": True})
        issue.notes.create({"body": "n", "internal": True})
        issue.awardemojis.create({"name": "thumbsup"})
        gitlab.close_issue(project, issue.iid)
        filters: dict[str, Any] = {"search": "t", "state": "all", "iids": [issue.iid], "in": "title"}
        found = lazy.issues.list(get_all=False, **filters)
        assert [(row.state, row.labels, row.upvotes) for row in found] == [("closed", ["a", "b"], 1)]
        for number in range(5):
            gitlab.add_issue(project, title=f"{number}")
        assert len(lazy.issues.list(iterator=False, get_all=True, per_page=2)) == 6
        listed = lazy.issues.list(get_all=True, pagination="keyset", per_page=4, order_by="updated_at", sort="asc")
        assert len(listed) == 6
        with pytest.raises(python_gitlab.GitlabListError, match="statee"):
            lazy.issues.list(statee="opened", get_all=False)
        client.auth()
