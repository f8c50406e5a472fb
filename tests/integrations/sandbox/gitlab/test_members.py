"""Who is a member where, and what only some levels may see."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import GitlabSandbox


def test_members_have_a_level_and_strangers_are_not_found(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    stranger = gitlab.add_person(f"sam-{project[-3:].strip('-')}", "Sam")
    engineer = gitlab_http.get(f"/members/all/{gitlab.engineer_id}").json()
    assert (engineer["access_level"], engineer["username"], engineer["state"]) == (40, "emil", "active")
    missing = gitlab_http.get(f"/members/all/{stranger}")
    assert (missing.status_code, missing.json()) == (404, {"message": "404 Not found"})
    gitlab.set_member(project, stranger, 20)
    assert gitlab_http.get(f"/members/all/{stranger}").json()["access_level"] == 20
    gitlab.set_member(project, stranger, 0)
    assert gitlab_http.get(f"/members/all/{stranger}").status_code == 404


def test_hooks_are_for_maintainers(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str) -> None:
    assert gitlab_http.get("/hooks").status_code == 200
    gitlab.set_member(project, gitlab.bot_user_id, 30)
    assert gitlab_http.get("/hooks").status_code == 403
    shown = gitlab_http.get(str(gitlab_http.base_url).rstrip("/")).json()["permissions"]["project_access"]
    assert shown["access_level"] == 30
    assert gitlab.project(project)["members"] == {gitlab.engineer_id: 40, gitlab.bot_user_id: 30}


def test_who_is_no_member_sees_a_public_project_only(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    gitlab.set_member(project, gitlab.bot_user_id, 0)
    assert gitlab_http.get(str(gitlab_http.base_url).rstrip("/")).json()["permissions"]["project_access"] is None
    assert gitlab_http.get("/hooks").status_code == 403


def test_mistakes_are_answered_with_an_error(gitlab: GitlabSandbox, project: str) -> None:
    with pytest.raises(ValueError, match="no user 1"):
        gitlab.set_member(project, 1, 30)
    with pytest.raises(ValueError, match="already a user"):
        gitlab.add_person("emil")
    gitlab.add_issue(project, title="t")
    with pytest.raises(ValueError, match="no note 1"):
        gitlab.edit_note(project, 1, 1, "x")
