"""The GitLab calls that Pointsman makes: one request each, sent once, with plain values in and out.

One client serves all threads: python-gitlab keeps nothing of a call, and the session may be shared.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import requests
from gitlab.utils import EncodedId

from integrations.errors import Conflict, Invalid, NotFound, Unavailable, UnknownOutcome
from integrations.gitlab.calls import Calls, ProjectId
from integrations.gitlab.errors import SERVICE, ProjectMoved
from integrations.gitlab.graphql import WhereIs, where_is
from integrations.gitlab.hooks import Hook, WireHook, WireMember
from integrations.gitlab.issues import (
    PROMOTED,
    WIRE_CLOSERS,
    WIRE_PAGE,
    WIRE_STATE_EVENTS,
    Bot,
    GitLabIssue,
    GitLabIssueRef,
    GitLabNote,
    Project,
    WireGitLabUser,
    WireIssue,
    WireNote,
    WireProject,
    WireToken,
)
from integrations.gitlab.quoting import marker_line
from integrations.gitlab.search import search_words
from integrations.session import unreadable

IIDS_PER_CALL = 50
MAX_PAGE = 100
MAX_NOTES = 500
# An update gets its time before it is committed, and a replica shows it later still.
LATE = timedelta(minutes=1)


class GitLabClient(Calls):
    """All methods raise `integrations.errors`; a method that writes may raise UnknownOutcome."""

    _me: Bot | None = None

    def me(self) -> Bot:
        """The owner of the token. Each client asks once."""
        if self._me is None:
            user = self._call(lambda: WireGitLabUser.model_validate(self._get_json("/user")), "GET /user")
            self._me = Bot(user.id, user.username)
        return self._me

    def token_scopes(self) -> tuple[str, ...]:
        path = "/personal_access_tokens/self"
        return self._call(lambda: WireToken.model_validate(self._get_json(path)).scopes, f"GET {path}")

    def project(self, path_or_id: ProjectId) -> Project:
        """By id, or by path (`group/project`). Keep the id: paths change. One GET; a former path takes a second one.

        Every other method raises ProjectMoved for a former path.
        """
        try:
            return self._project_now(path_or_id)
        except ProjectMoved as moved:
            if moved.project_id is None:
                raise
            project_id = moved.project_id
        return self._project_now(project_id)

    def is_member(self, project_id: ProjectId, user_id: int) -> int:
        """The user's access level, also an inherited one: 10 guest, 15 planner, 20 reporter, 30 developer,
        40 maintainer, 50 owner; 0: no member. One GET."""
        try:
            return self._call(
                lambda: WireMember.model_validate(self._project(project_id).members_all.get(user_id)).access_level,
                f"GET member {user_id} of project {project_id}",
            )
        except NotFound as missing:
            if missing.reason == "project_not_found":
                raise
            return 0

    def hooks(self, project_id: ProjectId) -> list[Hook]:
        """At most 100, as many as GitLab allows. One GET. Raises Refused unless the bot is a Maintainer."""
        return self._call(
            lambda: [
                WireHook.model_validate(hook).hook()
                for hook in self._project(project_id).hooks.list(get_all=False, per_page=MAX_PAGE)
            ],
            f"GET hooks of project {project_id}",
        )

    def search_issues(
        self,
        project_id: ProjectId,
        words: str,
        *,
        state: Literal["opened", "closed", "all"],
        in_title_only: bool = False,
        updated_after: datetime | None = None,
        limit: int = 20,
        issue_type: str | None = "issue",
    ) -> list[GitLabIssue]:
        """Issues that hold all of `words` as prefixes, last updated first, because GitLab does not rank. One GET.

        `issue_type=None`: incidents and tasks too. No words, no issues: GitLab would return all of them.
        """
        query = search_words(words)
        if not query:
            return []
        parameters: dict[str, Any] = {
            "search": query,
            "in": "title" if in_title_only else "title,description",
            "state": state,
            "order_by": "updated_at",
        }
        if issue_type is not None:
            parameters["issue_type"] = issue_type
        if updated_after is not None:
            parameters["updated_after"] = _iso(updated_after)
        return self._list(project_id, parameters, min(limit, MAX_PAGE))[:limit]

    def open_issues(
        self, project_id: ProjectId, *, labels: Sequence[str] = (), created_after: datetime, limit: int = 20
    ) -> list[GitLabIssue]:
        """Open issues of every type, with all of `labels`, the newest first. One GET."""
        parameters: dict[str, Any] = {
            "state": "opened",
            "order_by": "created_at",
            "created_after": _iso(created_after),
        }
        if labels:
            parameters["labels"] = ",".join(labels)
        return self._list(project_id, parameters, min(limit, MAX_PAGE))[:limit]

    def issues_changed_since(
        self, project_id: ProjectId, since: datetime | None, *, issue_type: str | None = "issue"
    ) -> Iterator[list[GitLabIssue]]:
        """Pages of at most 100 issues, open and closed, the oldest change first. `since=None`: all issues.

        One GET for each page, when the caller asks for it. After a failure, go on at the `updated_at` of the last
        issue. An issue that changes meanwhile comes (again) at the end. Begins a minute before `since`, so each call
        repeats some issues. Needs GitLab 18.3; older ones give Invalid `http_405`.
        """
        query: dict[str, Any] = {
            "scope": "all",
            "state": "all",
            "pagination": "keyset",
            "order_by": "updated_at",
            "sort": "asc",
            "per_page": MAX_PAGE,
        }
        if issue_type is not None:
            query["issue_type"] = issue_type
        if since is not None:
            query["updated_after"] = _iso(since - LATE)
        while True:
            page, cursor = self._keyset_page(project_id, query)
            if page:
                yield page
            if not cursor:
                return
            query["cursor"] = cursor

    def find_by_marker(self, project_id: ProjectId, marker: str) -> GitLabIssue | None:
        """The first issue that this bot opened with this marker. One GET, and `me` once.

        Search matches prefixes, and people paste markers, so only the first line of the bot's own issues counts.
        """
        bot = self.me()
        parameters = {"search": marker, "in": "description", "state": "all", "order_by": "created_at"}
        ours = [
            issue
            for issue in self._list(project_id, parameters, MAX_PAGE)
            if issue.author_id == bot.id and issue.description.split("\n", 1)[0].strip() == marker_line(marker)
        ]
        return min(ours, key=lambda issue: issue.iid, default=None)

    def create_issue(
        self,
        project_id: ProjectId,
        *,
        title: str,
        description: str,
        labels: Sequence[str] = (),
        confidential: bool,
        issue_type: str = "issue",
    ) -> GitLabIssue:
        """One POST. After UnknownOutcome look for the marker (`find_by_marker`) before sending it again."""
        if any("," in label for label in labels):
            raise Invalid(SERVICE, "a label with a comma cannot be sent", "label_with_comma", {"labels": tuple(labels)})
        attributes: dict[str, Any] = {
            "title": title,
            "description": description,
            "confidential": confidential,
            "issue_type": issue_type,
        }
        if labels:
            attributes["labels"] = list(labels)
        path = f"/projects/{EncodedId(project_id)}/issues"
        return self._call(
            lambda: WireIssue.model_validate(self._gitlab.http_post(path, post_data=attributes)).issue(),
            f"POST an issue to project {project_id}",
        )

    def issue(self, project_id: ProjectId, iid: int) -> GitLabIssue:
        return self._call(
            lambda: WireIssue.model_validate(self._get_json(f"/projects/{EncodedId(project_id)}/issues/{iid}")).issue(),
            f"GET issue {iid} of project {project_id}",
        )

    def issues(self, project_id: ProjectId, iids: Sequence[int]) -> list[GitLabIssue]:
        """The ones that exist. One GET for each 50."""
        wanted = sorted(set(iids))
        found: list[GitLabIssue] = []
        for start in range(0, len(wanted), IIDS_PER_CALL):
            batch = wanted[start : start + IIDS_PER_CALL]
            found += self._list(project_id, {"iids": batch, "state": "all"}, IIDS_PER_CALL)
        return found

    def moved_to(self, project_id: ProjectId, iid: int, moved_to_id: int) -> GitLabIssueRef:
        """Where a moved issue is now. One POST to GraphQL, which only reads.

        Raises NotFound also when the token may not read the new project.
        """
        call = f"POST a query for where issue {iid} of project {project_id} was moved"
        try:
            # REST finds no issue by its global id, except for administrators.
            found = self._call(
                lambda: WhereIs.model_validate(
                    self._gitlab.http_post(f"{self._session.base_url}/api/graphql", post_data=where_is(moved_to_id))
                ).ref(),
                call,
            )
        except UnknownOutcome as lost:
            raise Unavailable(SERVICE, f"no usable answer to {call}; it only reads", lost.reason) from None
        if found is None:
            raise NotFound(SERVICE, f"issue {iid} of project {project_id} was moved to where the token may not read")
        return found

    def promoted_to(self, project_id: ProjectId, iid: int) -> str:
        """The epic that a closed issue was made, as GitLab writes it (`&12`, `group&12`); empty: none. One GET."""

        def newest() -> list[GitLabNote]:
            listed = self._issue(project_id, iid).notes.list(
                get_all=False, per_page=MAX_PAGE, order_by="created_at", sort="desc"
            )
            return [WireNote.model_validate(note).note() for note in listed]

        notes = self._call(newest, f"GET what was done to issue {iid} of project {project_id}")
        found = (PROMOTED.match(note.body) for note in notes if note.system)
        return next((promoted[1] for promoted in found if promoted), "")

    def closed_by_merge_request(self, project_id: ProjectId, iid: int) -> bool:
        """Was a merge request merged that says it closes the issue? One GET."""
        path = f"/projects/{EncodedId(project_id)}/issues/{iid}/closed_by"
        found = self._call(lambda: WIRE_CLOSERS.validate_python(self._get_json(path)), f"GET {path}")
        return any(one.state == "merged" for one in found)

    def closed_by_commit(self, project_id: ProjectId, iid: int) -> bool:
        """Was it a commit that closed the issue the last time? One GET."""
        path = f"/projects/{EncodedId(project_id)}/issues/{iid}/resource_state_events"
        query = {"per_page": MAX_PAGE}
        found = self._call(lambda: WIRE_STATE_EVENTS.validate_python(self._gitlab.http_get(path, query)), f"GET {path}")
        closings = [one for one in found if one.state == "closed"]
        return bool(closings and closings[-1].source_commit)

    def note(self, project_id: ProjectId, iid: int, note_id: int) -> GitLabNote:
        """One GET."""
        return self._call(
            lambda: WireNote.model_validate(self._issue(project_id, iid).notes.get(note_id)).note(),
            f"GET note {note_id} of issue {iid} of project {project_id}",
        )

    def add_note(self, project_id: ProjectId, iid: int, body: str, internal: bool = False) -> int:
        """The new note's id. One POST. Untrusted text in `body` must be quoted."""
        call = f"POST a note to issue {iid} of project {project_id}"
        note = self._call(
            lambda: self._issue(project_id, iid).notes.create({"body": body, "internal": internal}).attributes,
            call,
        )
        return self._note_id(note, call)

    def edit_note(self, project_id: ProjectId, iid: int, note_id: int, body: str) -> None:
        """Replaces the whole text of our note. One PUT; safe to repeat, also after UnknownOutcome.

        Raises Invalid `no_note` for a text of quick actions only: GitLab deletes such a note.
        """
        call = f"PUT note {note_id} of issue {iid} of project {project_id}"
        note = self._call(lambda: self._issue(project_id, iid).notes.update(note_id, {"body": body}), call)
        self._note_id(note, call)

    def notes(self, project_id: ProjectId, iid: int) -> list[GitLabNote]:
        """What people and bots wrote, oldest first: at most the newest 500."""
        call = f"GET notes of issue {iid} of project {project_id}"

        def newest() -> list[GitLabNote]:
            listed = self._issue(project_id, iid).notes.list(
                iterator=True,
                per_page=MAX_PAGE,
                activity_filter="only_comments",
                order_by="created_at",
                sort="desc",
            )
            wires = [WireNote.model_validate(note) for note in islice(listed, MAX_NOTES)]
            return [wire.note() for wire in reversed(wires) if not wire.system]

        return self._call(newest, call)

    def thumbs_up(self, project_id: ProjectId, iid: int) -> None:
        """Adds our thumbs-up, which says that one more person is affected. Safe to repeat."""
        try:
            self._call(
                lambda: self._issue(project_id, iid).awardemojis.create({"name": "thumbsup"}),
                f"POST a reaction to issue {iid} of project {project_id}",
            )
        except Conflict as conflict:
            if conflict.reason != "already_given":
                raise

    def _project_now(self, path_or_id: ProjectId) -> Project:
        return self._call(
            lambda: WireProject.model_validate(self._get_json(f"/projects/{EncodedId(path_or_id)}")).project(),
            f"GET project {path_or_id}",
        )

    def _note_id(self, note: Mapping[str, Any], call: str) -> int:
        """A 202 has no note: GitLab carried out its quick actions, and nothing else was in it."""
        if "id" not in note and "commands_changes" in note:
            raise Invalid(SERVICE, "the note held nothing but quick actions: there is no note", "no_note")
        return self._call(lambda: int(note["id"]), call)

    def _keyset_page(self, project_id: ProjectId, query: dict[str, Any]) -> tuple[list[GitLabIssue], str]:
        """The issues, and the cursor of the next page. From the answer's link we take the cursor only."""
        call = f"GET changed issues of project {project_id}"

        def page() -> tuple[list[GitLabIssue], str]:
            path = f"/projects/{EncodedId(project_id)}/issues"
            response = self._gitlab.http_request("get", path, query)
            return [wire.issue() for wire in WIRE_PAGE.validate_json(response.content)], _next_cursor(response)

        issues, cursor = self._call(page, call)
        if cursor and cursor == query.get("cursor"):
            raise unreadable(SERVICE, "GET", call)
        return issues, cursor

    def _list(self, project_id: ProjectId, parameters: dict[str, Any], per_page: int) -> list[GitLabIssue]:
        """One page. GitLab ignores unknown parameters without a word, so spell them as its documentation does."""
        everywhere: dict[str, Any] = {"scope": "all", "sort": "desc"}
        return self._call(
            lambda: [
                WireIssue.model_validate(issue).issue()
                for issue in self._project(project_id).issues.list(
                    get_all=False, per_page=per_page, **everywhere, **parameters
                )
            ],
            f"GET issues of project {project_id}",
        )


def _next_cursor(response: requests.Response) -> str:
    """Empty after the last page. Raises ValueError for a next page without a cursor: GitLab pages differently then."""
    following = response.links.get("next")
    if following is None:
        return ""
    cursors = parse_qs(urlsplit(following["url"]).query).get("cursor", [])
    if len(cursors) != 1:
        raise ValueError("the next page has no cursor")
    return cursors[0]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
