"""The verbs by which an issue is followed: moves, notes, members, hooks, projects that moved."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from integrations.errors import IntegrationError, Invalid, NotFound, Refused, Unavailable, UnknownOutcome
from integrations.gitlab import GitLabClient, GitLabIssueRef, GitLabNote, Hook, ProjectMoved
from integrations.sandbox import Fault, Sandbox
from integrations.sandbox.faults import Kind
from tests.integrations.gitlab.conftest import asked

JSON = {"content-type": "application/json"}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_only_gitlab_says_that_an_issue_became_an_epic(client: GitLabClient, sandbox: Sandbox, project_id: int) -> None:
    for title in ("becomes an epic", "somebody says so"):
        sandbox.gitlab.add_issue(project_id, title=title)
    sandbox.gitlab.close_issue(project_id, 1, "promoted", "group&12")
    client.add_note(project_id, 1, "Let us go on there.")
    client.add_note(project_id, 2, "promoted to epic &12")
    assert [client.promoted_to(project_id, iid) for iid in (1, 2)] == ["group&12", ""]


class TestMoves:
    @pytest.fixture
    def moved(self, sandbox: Sandbox, project_id: int) -> int:
        """The target's project id; issue 1 was moved there."""
        target = sandbox.gitlab.add_project(f"acme/target{project_id}")
        sandbox.gitlab.add_issue(target, title="there before")
        sandbox.gitlab.add_issue(project_id, title="moves")
        sandbox.gitlab.close_issue(project_id, 1, "moved", f"acme/target{project_id}")
        return target

    def test_are_followed_in_one_call(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, moved: int
    ) -> None:
        moved_to_id = client.issue(project_id, 1).moved_to_id
        assert moved_to_id is not None
        sandbox.gitlab.calls_clear()

        assert client.moved_to(project_id, 1, moved_to_id) == GitLabIssueRef(moved, 2)
        assert [(call.method, call.path) for call in sandbox.gitlab.calls] == [("POST", "/api/graphql")]

    def test_to_where_we_may_not_read_are_not_found(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, moved: int
    ) -> None:
        hidden = sandbox.gitlab.add_project(f"hidden/{project_id}", visibility="private")
        sandbox.gitlab.add_issue(project_id, title="moves")
        sandbox.gitlab.close_issue(project_id, 2, "moved", f"hidden/{project_id}")
        sandbox.gitlab.set_member(hidden, sandbox.gitlab.bot_user_id, 0)
        moved_to_id = client.issue(project_id, 2).moved_to_id

        for number in (moved_to_id, 1):
            with pytest.raises(NotFound):
                client.moved_to(project_id, 2, number or 0)

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(method="POST", kind="drop_after"),
            Fault(method="POST", kind="delay", seconds=0.6),
            Fault(method="POST", kind="garbage"),
            Fault(method="POST", kind="status", status=502),
            Fault(method="POST", kind="status", status=200, headers=JSON, body="{}"),
            Fault(method="POST", kind="status", status=200, headers=JSON, body='{"data": {}}'),
            Fault(method="POST", kind="status", status=200, headers=JSON, body='{"data": {"issue": {"iid": "x"}}}'),
            Fault(method="POST", kind="status", status=200, headers=JSON, body='{"errors": [{"message": "Timeout"}]}'),
            Fault(
                method="POST",
                kind="status",
                status=200,
                headers=JSON,
                body='{"data": {"issue": null}, "errors": [{"message": "words of a person"}]}',
            ),
        ],
        ids=lambda fault: f"{fault.kind}{fault.body[:20]}",
    )
    def test_without_an_answer_can_be_asked_again(
        self,
        sandbox: Sandbox,
        client: GitLabClient,
        hasty: GitLabClient,
        project_id: int,
        moved: int,
        fault: Fault,
    ) -> None:
        moved_to_id = client.issue(project_id, 1).moved_to_id or 0
        sandbox.gitlab.faults.add(fault)

        with pytest.raises(Unavailable) as caught:
            hasty.moved_to(project_id, 1, moved_to_id)

        assert caught.value.retryable
        assert "words" not in str(caught.value)
        assert client.moved_to(project_id, 1, moved_to_id) == GitLabIssueRef(moved, 2)


class TestNotes:
    def test_one_is_read_with_what_tells_whether_it_is_internal(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        sandbox.gitlab.add_issue(project_id, title="x")
        text = "/tell-reporter Fixed, see `x`."
        note_id = sandbox.gitlab.add_note(project_id, 1, text)
        secret = sandbox.gitlab.add_note(project_id, 1, "secret", internal=True)
        sandbox.gitlab.close_issue(project_id, 1)
        assert note_id is not None
        assert secret is not None
        sandbox.gitlab.calls_clear()

        note = client.note(project_id, 1, note_id)

        assert note == GitLabNote(note_id, sandbox.gitlab.engineer_id, text, internal=False, created_at=note.created_at)
        assert asked(sandbox) == [("GET", f"/api/v4/projects/{project_id}/issues/1/notes/{note_id}", {})]
        assert client.note(project_id, 1, secret).internal
        system = sandbox.gitlab.issue(project_id, 1)["notes"][-1]["id"]
        assert client.note(project_id, 1, system).system
        with pytest.raises(NotFound):
            client.note(project_id, 1, 1)

    def test_one_is_edited_in_one_call(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        sandbox.gitlab.add_issue(project_id, title="x")
        note_id = client.add_note(project_id, 1, "2 community reports", internal=True)
        sandbox.gitlab.calls_clear()

        client.edit_note(project_id, 1, note_id, "3 community reports")

        assert asked(sandbox) == [("PUT", f"/api/v4/projects/{project_id}/issues/1/notes/{note_id}", {})]
        (note,) = client.notes(project_id, 1)
        assert (note.id, note.body, note.internal) == (note_id, "3 community reports", True)

    def test_nothing_but_quick_actions_leaves_no_note(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        sandbox.gitlab.add_issue(project_id, title="x")
        note_id = client.add_note(project_id, 1, "words")

        with pytest.raises(Invalid) as caught:
            client.edit_note(project_id, 1, note_id, "/label ~x")

        assert caught.value.reason == "no_note"
        assert client.notes(project_id, 1) == []
        with pytest.raises(NotFound):
            client.edit_note(project_id, 1, note_id, "words")

    @pytest.mark.parametrize("kind", ["drop_before", "drop_after", "garbage", "delay", "status", "status_after"])
    def test_a_lost_answer_is_unknown_and_the_edit_can_be_repeated(
        self, sandbox: Sandbox, client: GitLabClient, hasty: GitLabClient, project_id: int, kind: Kind
    ) -> None:
        sandbox.gitlab.add_issue(project_id, title="x")
        note_id = client.add_note(project_id, 1, "one")
        sandbox.gitlab.calls_clear()
        sandbox.gitlab.faults.add(Fault(method="PUT", kind=kind, seconds=0.6))

        with pytest.raises(UnknownOutcome):
            hasty.edit_note(project_id, 1, note_id, "two")
        assert len(sandbox.gitlab.calls) == 1

        client.edit_note(project_id, 1, note_id, "two")
        assert [note.body for note in client.notes(project_id, 1)] == ["two"]

    @pytest.mark.parametrize("body", ["[]", "{}", '{"id": null}', '"words"'])
    def test_an_answer_of_another_shape_is_unknown(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, body: str
    ) -> None:
        sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers=JSON, body=body))

        with pytest.raises(UnknownOutcome):
            client.edit_note(project_id, 1, 1, "words")


class TestMembers:
    def test_have_a_level_and_strangers_none(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        stranger = sandbox.gitlab.add_person(f"sam{project_id}")

        assert client.is_member(project_id, sandbox.gitlab.engineer_id) == 40
        assert client.is_member(project_id, stranger) == 0
        sandbox.gitlab.set_member(project_id, stranger, 20)
        assert client.is_member(project_id, stranger) == 20
        assert asked(sandbox)[-1] == ("GET", f"/api/v4/projects/{project_id}/members/all/{stranger}", {})

    def test_of_a_project_that_is_hidden_are_not_guessed(self, sandbox: Sandbox, client: GitLabClient) -> None:
        hidden = sandbox.gitlab.add_project(f"secret/{len(sandbox.gitlab.projects())}", "private", member=False)

        with pytest.raises(NotFound) as caught:
            client.is_member(hidden, sandbox.gitlab.engineer_id)

        assert caught.value.reason == "project_not_found"

    @pytest.mark.parametrize("body", ["[]", "{}", '{"access_level": "words"}'])
    def test_an_answer_of_another_shape_is_unreadable(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, body: str
    ) -> None:
        sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers=JSON, body=body, times=0))

        for read in (lambda: client.is_member(project_id, 1), lambda: client.note(project_id, 1, 1)):
            with pytest.raises(Unavailable):
                read()


class TestHooks:
    def test_tell_when_ours_is_disabled(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        url = "http://127.0.0.1:9/webhooks/gitlab"
        sandbox.gitlab.subscribe(url)
        (hook,) = client.hooks(project_id)
        assert hook == Hook(
            id=hook.id,
            url=url,
            alert_status="executable",
            disabled_until=None,
            issues=True,
            confidential_issues=True,
            notes=True,
            confidential_notes=True,
        )
        assert not hook.is_disabled
        assert asked(sandbox)[-1] == ("GET", f"/api/v4/projects/{project_id}/hooks", {"per_page": "100"})

        sandbox.clock.hold(NOON)
        sandbox.gitlab.add_issue(project_id, title="x")
        sandbox.gitlab.deliver(project_id, times=4)
        (hook,) = client.hooks(project_id)
        assert (hook.alert_status, hook.disabled_until) == ("temporarily_disabled", NOON + timedelta(minutes=1))
        assert hook.is_disabled
        sandbox.gitlab.disable_hooks()
        (hook,) = client.hooks(project_id)
        assert (hook.alert_status, hook.is_disabled) == ("disabled", True)
        sandbox.gitlab.unsubscribe()
        assert client.hooks(project_id) == []

    def test_are_for_maintainers(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        sandbox.gitlab.set_member(project_id, sandbox.gitlab.bot_user_id, 30)

        with pytest.raises(Refused) as caught:
            client.hooks(project_id)

        assert caught.value.reason == "forbidden"


class TestMovedProjects:
    def test_are_found_under_their_former_path(self, sandbox: Sandbox, client: GitLabClient) -> None:
        project_id = sandbox.gitlab.add_project(f"acme/old{len(sandbox.gitlab.projects())}")
        former = client.project(project_id).path
        sandbox.gitlab.rename_project(project_id, f"other/{former}")
        sandbox.gitlab.calls_clear()

        project = client.project(former)

        assert (project.id, project.path) == (project_id, f"other/{former}")
        quoted = former.replace("/", "%2F")
        assert [path for _, path, _ in asked(sandbox)] == [
            f"/api/v4/projects/{quoted}",
            f"/api/v4/projects/{project_id}",
        ]

    def test_are_told_from_other_redirects_wherever_a_path_is_used(
        self, sandbox: Sandbox, client: GitLabClient
    ) -> None:
        project_id = sandbox.gitlab.add_project(f"acme/old{len(sandbox.gitlab.projects())}")
        sandbox.gitlab.add_issue(project_id, title="x")
        former = client.project(project_id).path
        sandbox.gitlab.rename_project(project_id, f"other/{former}")

        with pytest.raises(ProjectMoved) as read:
            client.issue(former, 1)
        assert (read.value.project_id, read.value.reason) == (project_id, "project_moved")
        with pytest.raises(ProjectMoved) as written:
            client.add_note(former, 1, "words")
        assert written.value.project_id is None
        again = pickle.loads(pickle.dumps(read.value))
        assert (type(again), again.project_id, str(again)) == (ProjectMoved, project_id, str(read.value))
        assert sandbox.gitlab.issue(project_id, 1)["notes"] == []

    @pytest.mark.parametrize("location", ["", "https://gitlab.example.com/login", "https://x/api/v4/projects/acme%2Fx"])
    def test_any_other_redirect_is_refused(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, location: str
    ) -> None:
        sandbox.gitlab.faults.add(Fault(kind="status", status=301, headers={"Location": location}))

        with pytest.raises(Refused) as caught:
            client.project("acme/x")

        assert caught.value.reason == "redirect"

    def test_a_redirect_from_an_id_is_none_of_a_moved_project(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        location = {"Location": f"https://gitlab.example.com/api/v4/projects/{project_id}"}
        sandbox.gitlab.faults.add(Fault(kind="status", status=301, headers=location, times=0))

        with pytest.raises(IntegrationError) as caught:
            client.project(project_id)

        assert caught.value.reason == "redirect"
        assert len(sandbox.gitlab.calls) == 1


class TestClosing:
    @pytest.mark.parametrize(
        ("how", "by_merge_request", "by_commit"),
        [("merge_request", True, False), ("commit", False, True), (None, False, False)],
    )
    def test_says_what_closed_an_issue(
        self,
        sandbox: Sandbox,
        client: GitLabClient,
        project_id: int,
        how: Literal["merge_request", "commit"] | None,
        by_merge_request: bool,
        by_commit: bool,
    ) -> None:
        iid = sandbox.gitlab.add_issue(project_id, title="mended")
        sandbox.gitlab.close_issue(project_id, iid, how)
        found = client.closed_by_merge_request(project_id, iid), client.closed_by_commit(project_id, iid)
        assert found == (by_merge_request, by_commit)


class TestVisibility:
    @pytest.mark.parametrize(
        ("visibility", "for_members", "public"),
        [("public", False, True), ("public", True, False), ("internal", False, False), ("private", False, False)],
    )
    def test_a_project_is_public_if_strangers_may_read_its_issues(
        self,
        sandbox: Sandbox,
        client: GitLabClient,
        project_id: int,
        visibility: Literal["public", "internal", "private"],
        for_members: bool,
        public: bool,
    ) -> None:
        sandbox.gitlab.set_visibility(project_id, visibility, for_members)
        assert client.project(project_id).public is public
