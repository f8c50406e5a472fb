"""Each verb, over HTTP against the sandbox: what is asked to the letter, how often, and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest

from integrations.errors import Invalid, NotFound
from integrations.gitlab import GitLabClient, GitLabIssueRef
from integrations.gitlab.quoting import fence, issue_title, make_marker, marker_line
from integrations.sandbox import Sandbox
from tests.integrations.gitlab.conftest import asked

WORD = make_marker("secret", ["sandbox", 35001, "bug"])


@pytest.fixture(scope="module")
def project_id(running: Sandbox) -> int:
    return running.gitlab.add_project("acme/tools/app", visibility="private")


def open_issue(client: GitLabClient, project_id: int, title: str, description: str = "text") -> int:
    return client.create_issue(project_id, title=title, description=description, confidential=False).iid


def test_knows_itself_and_asks_once(sandbox: Sandbox, client: GitLabClient) -> None:
    bot = client.me()

    assert client.me() is bot
    assert (bot.id, bot.username) == (sandbox.gitlab.bot_user_id, "pointsman-bot")
    assert asked(sandbox) == [("GET", "/api/v4/user", {})]


def test_knows_what_its_token_may_do(sandbox: Sandbox, client: GitLabClient) -> None:
    assert "api" in client.token_scopes()
    assert asked(sandbox) == [("GET", "/api/v4/personal_access_tokens/self", {})]


def test_finds_a_project_by_path_and_by_id(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    project = client.project("acme/tools/app")

    assert client.project(project_id) == project
    assert (project.id, project.path, project.visibility) == (project_id, "acme/tools/app", "private")
    assert [path for _, path, _ in asked(sandbox)] == [
        "/api/v4/projects/acme%2Ftools%2Fapp",
        f"/api/v4/projects/{project_id}",
    ]


def test_a_project_that_is_not_ours_is_not_found(client: GitLabClient) -> None:
    with pytest.raises(NotFound):
        client.project("acme/nothing")


def test_a_renamed_project_keeps_its_id(sandbox: Sandbox, client: GitLabClient) -> None:
    project_id = sandbox.gitlab.add_project("acme/old")
    sandbox.gitlab.rename_project(project_id, "acme/new")

    assert client.project(project_id).path == "acme/new"
    assert client.project("acme/new").id == project_id


def test_creates_an_issue_in_one_call(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    issue = client.create_issue(
        project_id,
        title="Push fails",
        description=f"{marker_line(WORD)}\n\n{fence('fatal: /close')}",
        labels=["bug", "Community report"],
        confidential=True,
        issue_type="incident",
    )

    assert asked(sandbox) == [("POST", f"/api/v4/projects/{project_id}/issues", {})]
    assert (issue.title, issue.state, issue.confidential, issue.issue_type) == (
        "Push fails",
        "opened",
        True,
        "incident",
    )
    assert set(issue.labels) == {"bug", "Community report"}
    assert issue.reference == f"acme/tools/app#{issue.iid}"
    assert issue.author_id == sandbox.gitlab.bot_user_id
    assert issue.created_at.tzinfo is not None
    assert client.issue(project_id, issue.iid) == issue


def test_a_label_with_a_comma_is_refused_before_anything_is_sent(
    sandbox: Sandbox, client: GitLabClient, project_id: int
) -> None:
    with pytest.raises(Invalid) as caught:
        client.create_issue(project_id, title="x", description="x", labels=["a,b"], confidential=False)

    assert caught.value.reason == "label_with_comma"
    assert asked(sandbox) == []


def test_an_issue_without_a_title_is_invalid(client: GitLabClient, project_id: int) -> None:
    with pytest.raises(Invalid) as caught:
        client.create_issue(project_id, title="", description="x", confidential=False)

    assert "title" in str(caught.value)


def test_searches_with_exactly_these_parameters(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    client.search_issues(
        project_id,
        "can’t push",
        state="closed",
        in_title_only=True,
        updated_after=datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2))),
        limit=7,
    )
    client.search_issues(project_id, "push", state="opened", issue_type=None)

    path = f"/api/v4/projects/{project_id}/issues"
    common = {"scope": "all", "order_by": "updated_at", "sort": "desc"}
    assert asked(sandbox) == [
        (
            "GET",
            path,
            {
                **common,
                "search": "can't push",
                "in": "title",
                "state": "closed",
                "issue_type": "issue",
                "updated_after": "2026-01-02T03:04:05Z",
                "per_page": "7",
            },
        ),
        ("GET", path, {**common, "search": "push", "in": "title,description", "state": "opened", "per_page": "20"}),
    ]


def test_finds_issues_by_their_words(client: GitLabClient, project_id: int) -> None:
    wanted = open_issue(client, project_id, "Runner cannot upload artifacts", "zip broken")
    open_issue(client, project_id, "Runner is slow")

    assert [i.iid for i in client.search_issues(project_id, "artifacts upload", state="opened")] == [wanted]
    assert [i.iid for i in client.search_issues(project_id, "zip", state="all")] == [wanted]
    assert client.search_issues(project_id, "zip", state="all", in_title_only=True) == []
    assert client.search_issues(project_id, "artifacts", state="closed") == []
    assert (
        client.search_issues(project_id, "artifacts", state="all", updated_after=datetime(2100, 1, 1, tzinfo=UTC)) == []
    )


def test_lists_the_open_issues_of_late_by_label(sandbox: Sandbox, client: GitLabClient) -> None:
    project_id = sandbox.gitlab.add_project("acme/infrastructure")
    wanted = sandbox.gitlab.add_issue(project_id, title="Down", labels=["incident", "api"], issue_type="incident")
    sandbox.gitlab.add_issue(project_id, title="Other", labels=["api"])
    sandbox.gitlab.add_issue(project_id, title="Over", labels=["incident", "api"], state="closed")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    sandbox.gitlab.calls_clear()

    found = client.open_issues(project_id, labels=["incident", "api"], created_after=since, limit=5)

    assert [issue.iid for issue in found] == [wanted]
    assert asked(sandbox) == [
        (
            "GET",
            f"/api/v4/projects/{project_id}/issues",
            {
                "state": "opened",
                "scope": "all",
                "labels": "incident,api",
                "created_after": "2020-01-01T00:00:00Z",
                "order_by": "created_at",
                "sort": "desc",
                "per_page": "5",
            },
        )
    ]
    assert client.open_issues(project_id, created_after=datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_no_words_find_nothing_instead_of_everything(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    assert client.search_issues(project_id, " \u200b…", state="all") == []
    assert asked(sandbox) == []


def test_a_marker_counts_only_on_the_first_line_of_an_issue_of_ours(
    sandbox: Sandbox, client: GitLabClient, project_id: int
) -> None:
    word = make_marker("secret", ["a", 1])
    line = marker_line(word)
    sandbox.gitlab.add_issue(project_id, title="by a person", description=f"{line}\n\ntext")
    open_issue(client, project_id, "quoted", f"text\n\n{line}")
    open_issue(client, project_id, "longer", f"{marker_line(word + 'ff')}\n\ntext")
    assert client.find_by_marker(project_id, word) is None

    ours = open_issue(client, project_id, "ours", f"{line}\n\ntext")
    open_issue(client, project_id, "again", f"{line}\n\ntext")

    found = client.find_by_marker(project_id, word)
    assert found is not None
    assert found.iid == ours


def test_looks_for_a_marker_with_exactly_these_parameters(
    sandbox: Sandbox, client: GitLabClient, project_id: int
) -> None:
    client.me()
    sandbox.gitlab.calls_clear()
    client.find_by_marker(project_id, WORD)

    assert asked(sandbox) == [
        (
            "GET",
            f"/api/v4/projects/{project_id}/issues",
            {
                "search": WORD,
                "in": "description",
                "state": "all",
                "scope": "all",
                "order_by": "created_at",
                "sort": "desc",
                "per_page": "100",
            },
        )
    ]


def test_reads_many_issues_in_batches_of_fifty(sandbox: Sandbox, client: GitLabClient) -> None:
    project_id = sandbox.gitlab.add_project("acme/many")
    for number in range(60):
        sandbox.gitlab.add_issue(project_id, title=f"issue {number}")
    sandbox.gitlab.close_issue(project_id, 7)
    sandbox.gitlab.calls_clear()

    issues = client.issues(project_id, [*range(1, 61), 1, 999])

    assert sorted(issue.iid for issue in issues) == list(range(1, 61))
    assert {issue.iid for issue in issues if issue.state == "closed"} == {7}
    queries = [parse_qsl(call.query) for call in sandbox.gitlab.calls]
    assert len(queries) == 2
    assert [value for key, value in queries[0] if key == "iids[]"] == [str(iid) for iid in range(1, 51)]
    assert dict(queries[0])["state"] == "all"
    assert client.issues(project_id, []) == []


def test_tells_where_a_duplicate_and_a_moved_issue_went(sandbox: Sandbox, client: GitLabClient) -> None:
    project_id = sandbox.gitlab.add_project("acme/here")
    target_id = sandbox.gitlab.add_project("acme/there")
    canonical, duplicate, moved = (open_issue(client, project_id, title) for title in ("one", "two", "three"))
    sandbox.gitlab.close_issue(project_id, duplicate, "duplicate", [project_id, canonical])
    new_iid = sandbox.gitlab.close_issue(project_id, moved, "moved", "acme/there")
    assert new_iid is not None

    assert client.issue(project_id, canonical).duplicated_to is None
    assert client.issue(project_id, duplicate).duplicated_to == GitLabIssueRef(project_id, canonical)
    assert client.issue(project_id, moved).moved_to_id == client.issue(target_id, new_iid).id


def test_writes_and_reads_notes(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    iid = open_issue(client, project_id, "Noted")
    sandbox.gitlab.calls_clear()

    first = client.add_note(project_id, iid, "public words")
    second = client.add_note(project_id, iid, "team words", internal=True)
    sandbox.gitlab.close_issue(project_id, iid)

    notes = client.notes(project_id, iid)
    assert [(note.id, note.body, note.internal) for note in notes] == [
        (first, "public words", False),
        (second, "team words", True),
    ]
    assert {note.author_id for note in notes} == {sandbox.gitlab.bot_user_id}
    assert [method for method, _, _ in asked(sandbox)] == ["POST", "POST", "GET"]
    assert asked(sandbox)[-1][2] == {
        "activity_filter": "only_comments",
        "order_by": "created_at",
        "sort": "desc",
        "per_page": "100",
    }


def test_a_note_of_nothing_but_quick_actions_is_no_note(client: GitLabClient, project_id: int) -> None:
    iid = open_issue(client, project_id, "Unquoted")

    with pytest.raises(Invalid) as caught:
        client.add_note(project_id, iid, "/label ~x")

    assert caught.value.reason == "no_note"


def test_a_thumb_goes_up_once(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    iid = open_issue(client, project_id, "Liked")
    sandbox.gitlab.calls_clear()

    client.thumbs_up(project_id, iid)
    client.thumbs_up(project_id, iid)

    assert client.issue(project_id, iid).upvotes == 1
    assert [method for method, _, _ in asked(sandbox)] == ["POST", "POST", "GET"]
    with pytest.raises(NotFound):
        client.thumbs_up(project_id, 99999)


def test_quoted_text_does_nothing_in_gitlab(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    hostile = "``\r``\n/close\n@all #1 ![](http://evil.example/x.png)\n`````\n/label ~x"

    issue = client.create_issue(
        project_id,
        title=issue_title(hostile),
        description=f"{marker_line(WORD)}\n\n{fence(hostile)}",
        confidential=False,
    )

    assert issue.state == "opened"
    stored = sandbox.gitlab.issue(project_id, issue.iid)
    assert [stored[trace] for trace in ("quick_actions", "mentions", "references", "images")] == [[], [], [], []]


def test_refuses_to_be_made_without_a_token() -> None:
    with pytest.raises(ValueError, match="needs a token"):
        GitLabClient("https://gitlab.example.com", "")
