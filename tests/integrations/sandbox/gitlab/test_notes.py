"""Notes and emoji over HTTP."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import GitlabSandbox


@pytest.fixture
def issue(gitlab: GitlabSandbox, project: str) -> str:
    return f"/issues/{gitlab.add_issue(project, title='t')}"


def test_a_note_is_listed_newest_first_among_system_notes(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, issue: str
) -> None:
    first = gitlab_http.post(f"{issue}/notes", json={"body": "one"})
    assert (first.status_code, first.json()["internal"], first.json()["author"]["id"]) == (
        201,
        False,
        gitlab.bot_user_id,
    )
    gitlab_http.post(f"{issue}/notes", json={"body": "two", "internal": True})
    gitlab.close_issue(project, 1)
    listed = gitlab_http.get(f"{issue}/notes").json()
    assert [(note["body"], note["system"], note["internal"]) for note in listed] == [
        ("closed", True, False),
        ("two", False, True),
        ("one", False, False),
    ]
    ascending = gitlab_http.get(f"{issue}/notes?activity_filter=only_comments&sort=asc&per_page=1")
    assert (ascending.json()[0]["body"], ascending.headers["x-total"]) == ("one", "2")
    assert gitlab_http.get(f"{issue}/notes/{first.json()['id']}").json()["body"] == "one"
    assert gitlab_http.get(f"{issue}/notes/1").status_code == 404
    assert gitlab_http.get(issue).json()["user_notes_count"] == 2


def test_nothing_but_quick_actions_is_202_without_a_note(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, issue: str
) -> None:
    answer = gitlab_http.post(f"{issue}/notes", json={"body": "/close\n/label ~x"})
    assert (answer.status_code, "id" in answer.json()) == (202, False)
    assert answer.json()["commands_changes"] == {"close": True, "label": "~x"}
    view = gitlab.issue(project, 1)
    assert (view["state"], view["labels"]) == ("closed", ["x"])
    mixed = gitlab_http.post(f"{issue}/notes", json={"body": "hello @joe\n/reopen\n/shrug"})
    assert mixed.status_code == 201
    assert mixed.json()["body"] == "hello @joe"
    assert gitlab.issue(project, 1)["mentions"] == ["joe"]
    assert gitlab.issue(project, 1)["state"] == "opened"


@pytest.mark.parametrize("given", [{}, {"body": " "}, {"body": "x", "foo": 1}, {"body": "x" * 1_000_001}])
def test_refuses_bad_notes(gitlab_http: httpx.Client, issue: str, given: dict[str, object]) -> None:
    assert gitlab_http.post(f"{issue}/notes", json=given).status_code == 400


def test_a_note_is_edited_by_its_author_or_a_maintainer(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, issue: str
) -> None:
    own = gitlab_http.post(f"{issue}/notes", json={"body": "one", "internal": True}).json()["id"]
    other = gitlab.add_note(project, 1, "theirs")
    edited = gitlab_http.put(f"{issue}/notes/{own}", json={"body": "two\n/label ~x"})
    assert (edited.status_code, edited.json()["body"], edited.json()["internal"]) == (200, "two", True)
    assert gitlab.issue(project, 1)["labels"] == ["x"]
    assert gitlab_http.put(f"{issue}/notes/{other}", json={"body": "ours"}).status_code == 200
    gitlab.set_member(project, gitlab.bot_user_id, 30)
    assert gitlab_http.put(f"{issue}/notes/{other}", json={"body": "again"}).status_code == 403
    assert gitlab_http.put(f"{issue}/notes/{own}", json={"body": "three"}).status_code == 200
    assert [note["body"] for note in gitlab.issue(project, 1)["notes"]] == ["three", "ours"]


def test_a_note_that_becomes_nothing_but_quick_actions_is_gone(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, issue: str
) -> None:
    note = gitlab_http.post(f"{issue}/notes", json={"body": "one"}).json()["id"]
    answer = gitlab_http.put(f"{issue}/notes/{note}", json={"body": "/close"})
    assert (answer.status_code, answer.json()["commands_changes"]) == (202, {"close": True})
    assert gitlab_http.get(f"{issue}/notes/{note}").status_code == 404
    closed = gitlab.issue(project, 1)
    assert closed["state"] == "closed"
    system = closed["notes"][-1]["id"]
    assert gitlab_http.put(f"{issue}/notes/{system}", json={"body": "mine"}).json()["body"] == "closed"


def test_internal_notes_are_hidden_from_strangers(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    issue = f"/issues/{gitlab.add_issue(project, title='t')}"
    note = gitlab.add_note(project, 1, "secret", internal=True)
    assert gitlab_http.get(f"{issue}/notes/{note}").json()["body"] == "secret"
    gitlab.set_member(project, gitlab.bot_user_id, 0)
    assert gitlab_http.get(f"{issue}/notes/{note}").status_code == 404


@pytest.mark.parametrize("given", [{}, {"body": " "}, {"body": "x", "internal": True}])
def test_refuses_bad_edits(gitlab_http: httpx.Client, issue: str, given: dict[str, object]) -> None:
    note = gitlab_http.post(f"{issue}/notes", json={"body": "one"}).json()["id"]
    assert gitlab_http.put(f"{issue}/notes/{note}", json=given).status_code == 400


def test_one_thumb_each(gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, issue: str) -> None:
    assert gitlab_http.post(f"{issue}/award_emoji", json={"name": "thumbsup"}).status_code == 201
    again = gitlab_http.post(f"{issue}/award_emoji", json={"name": "thumbsup"})
    assert (again.status_code, "already been taken" in again.json()["message"]) == (404, True)
    gitlab.add_award(project, 1)
    assert gitlab_http.get(issue).json()["upvotes"] == 2
    awards = gitlab.issue(project, 1)["awards"]
    assert [award["user"]["id"] for award in awards] == [gitlab.bot_user_id, gitlab.engineer_id]
    assert gitlab_http.post(f"{issue}/award_emoji", json={}).status_code == 400
