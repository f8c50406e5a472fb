"""What happens in GitLab without the service: engineers open, label, close, move. For tests, the demo, `/sandbox`."""

from collections.abc import Sequence
from typing import Any, Literal

from integrations.sandbox.control import under_lock
from integrations.sandbox.gitlab.models import ENGINEER_ID, Issue, Visibility
from integrations.sandbox.gitlab.mutations import (
    award,
    change_issue,
    edit_note,
    mark_duplicate,
    move_issue,
    open_issue,
    write_note,
)
from integrations.sandbox.gitlab.serializers import issue_view, project_view
from integrations.sandbox.gitlab.state import State


@under_lock
class GitlabControls:
    _state: State

    def _issue(self, project: int | str, iid: int) -> Issue:
        return self._state.issue(self._state.project(project), iid)

    def project(self, key: int | str) -> dict[str, Any]:
        """By path or id: {id, path, visibility, member, labels, issues, opened, page}."""
        return project_view(self._state, self._state.project(key))

    def projects(self) -> list[dict[str, Any]]:
        return [project_view(self._state, project) for project in self._state.projects.values()]

    def add_project(self, path: str, visibility: Visibility = "public", member: bool = True) -> int:
        """Its id. Without `member` the service's token is a stranger there: a private one answers 404."""
        return self._state.add_project(path, visibility, member=member).id

    def rename_project(self, project: int | str, path: str) -> None:
        """Another name or another group; ids stay, and the API redirects the former path to the id."""
        self._state.rename(self._state.project(project), path)

    def add_person(self, username: str, name: str = "") -> int:
        """An account that is a member nowhere; its id."""
        return self._state.add_account(username, name or username).id

    def set_member(self, project: int | str, user_id: int, access_level: int) -> None:
        """10 guest, 20 reporter, 30 developer, 40 maintainer; 0: no member any more. Also of the bot."""
        members = self._state.project(project).members
        if user_id not in self._state.accounts:
            raise ValueError(f"there is no user {user_id}")
        members.pop(user_id, None)
        if access_level:
            members[user_id] = access_level

    def issue(self, project: int | str, iid: int) -> dict[str, Any]:
        """See `issue_view`."""
        return issue_view(self._state, self._issue(project, iid))

    def issues(self, project: int | str) -> list[dict[str, Any]]:
        """Oldest first."""
        return [issue_view(self._state, issue) for issue in self._state.project(project).issues.values()]

    def add_issue(
        self,
        project: int | str,
        *,
        title: str,
        description: str = "",
        labels: Sequence[str] = (),
        state: Literal["opened", "closed"] = "opened",
        issue_type: str = "issue",
        confidential: bool = False,
        author_id: int = ENGINEER_ID,
    ) -> int:
        """Its iid."""
        issue = open_issue(
            self._state,
            self._state.project(project),
            title=title,
            description=description,
            author_id=author_id,
            labels=labels,
            confidential=confidential,
            issue_type=issue_type,
        )
        if state == "closed":
            change_issue(self._state, issue, {"state": "closed"}, author_id)
        return issue.iid

    def close_issue(
        self,
        project: int | str,
        iid: int,
        reason: Literal["duplicate", "moved", "promoted", "merge_request", "commit"] | None = None,
        target: Any = None,
        actor_id: int = ENGINEER_ID,
    ) -> int | None:
        """target: for a duplicate [project, iid] of the canonical issue, for a move the other project's path.
        `promoted`: to the epic `target`. `merge_request` and `commit`: one that was merged says that it closes the
        issue.

        The iid in the other project after a move, else None.
        """
        state, issue = self._state, self._issue(project, iid)
        if reason == "duplicate":
            mark_duplicate(state, issue, self._issue(*target), actor_id)
        elif reason == "moved":
            return move_issue(state, issue, state.project(target), actor_id).iid
        else:
            if reason == "promoted":
                state.new_note(issue, f"promoted to epic {target}", actor_id, system=True)
            elif reason == "merge_request":
                issue.merged_iid = state.new_id()
            elif reason == "commit":
                issue.commit = "6104942438c14ec7bd21c6cd5bd995272b3faff6"
            change_issue(state, issue, {"state": "closed"}, actor_id)
        return None

    def delete_issue(self, project: int | str, iid: int) -> None:
        """As an owner does: no webhook tells of it."""
        issue = self._issue(project, iid)
        self._state.forget(issue)

    def set_visibility(self, project: int | str, visibility: Visibility, issues_for_members: bool = False) -> None:
        """issues_for_members: only members may read its issues, whoever may see the project."""
        found = self._state.project(project)
        found.visibility, found.issues_for_members = visibility, issues_for_members

    def reopen_issue(self, project: int | str, iid: int, actor_id: int = ENGINEER_ID) -> None:
        self.edit_issue(project, iid, {"state": "opened"}, actor_id)

    def edit_issue(self, project: int | str, iid: int, changes: dict[str, Any], actor_id: int = ENGINEER_ID) -> None:
        """changes: title, description, labels (all of them), confidential, milestone, state."""
        change_issue(self._state, self._issue(project, iid), changes, actor_id)

    def set_milestone(self, project: int | str, iid: int, title: str | None, actor_id: int = ENGINEER_ID) -> None:
        """None: no milestone."""
        self.edit_issue(project, iid, {"milestone": title}, actor_id)

    def add_note(
        self, project: int | str, iid: int, body: str, internal: bool = False, author_id: int = ENGINEER_ID
    ) -> int | None:
        """Its id; None when it was nothing but quick actions."""
        note = write_note(self._state, self._issue(project, iid), body, author_id, internal=internal)
        return note.id if note else None

    def edit_note(self, project: int | str, iid: int, note_id: int, body: str) -> None:
        """By its author."""
        issue = self._issue(project, iid)
        note = next((note for note in issue.notes if note.id == note_id), None)
        if note is None:
            raise ValueError(f"there is no note {note_id}")
        edit_note(self._state, issue, note, body, note.author_id)

    def add_award(self, project: int | str, iid: int, name: str = "thumbsup", user_id: int = ENGINEER_ID) -> None:
        award(self._state, self._issue(project, iid), name, user_id)
