"""The GitLab verbs Pointsman uses: one request each, sent once, with plain values in and out.

Parents are lazy objects, because fetching the project first would double the calls.
Not for use by several threads at once: see `integrations.per_thread`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, TypeVar

import gitlab
from gitlab.v4.objects import Project as LazyProject
from gitlab.v4.objects import ProjectIssue as LazyIssue

from integrations.errors import Conflict, Invalid
from integrations.gitlab.errors import SERVICE, explain
from integrations.gitlab.issues import (
    Bot,
    Issue,
    Note,
    Project,
    WireIssue,
    WireNote,
    WireProject,
    WireToken,
    WireUser,
)
from integrations.gitlab.quoting import marker_line
from integrations.gitlab.search import search_words
from integrations.session import DEFAULT_TIMEOUT, OnResponse, Timeout, VendorSession, unreadable, user_agent

IIDS_PER_CALL = 50
MAX_PAGE = 100
MAX_NOTES = 500

# What python-gitlab raises on a 2xx that is not shaped as it expects; all other failures are our session's.
STUMBLES = (gitlab.GitlabError, AttributeError, KeyError, TypeError, ValueError)

ProjectId = int | str
Result = TypeVar("Result")


class GitLabClient:
    """All methods raise `integrations.errors`; a method that writes may raise UnknownOutcome."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        on_response: OnResponse | None = None,
    ) -> None:
        """`url`: https://gitlab.com. `token`: of the bot user, scope `api`; personal, group or project tokens do."""
        if not token:
            raise ValueError("GitLabClient needs a token")
        self._session = VendorSession(SERVICE, url, timeout=timeout, explain=explain, on_response=on_response)
        self._gitlab = gitlab.Gitlab(
            url,
            # As a bearer: requests takes Authorization off a request that leads elsewhere, PRIVATE-TOKEN it does not.
            oauth_token=token,
            # Ours, in the session: this parameter takes no pair.
            timeout=None,
            session=self._session,
            user_agent=user_agent(),
            retry_transient_errors=False,
            keep_base_url=True,
        )
        self._me: Bot | None = None

    def me(self) -> Bot:
        """Whom the token belongs to; asked once per client."""
        if self._me is None:
            user = self._call(lambda: WireUser.model_validate(self._get_json("/user")), "GET /user")
            self._me = Bot(user.id, user.username)
        return self._me

    def token_scopes(self) -> tuple[str, ...]:
        path = "/personal_access_tokens/self"
        return self._call(lambda: WireToken.model_validate(self._get_json(path)).scopes, f"GET {path}")

    def project(self, path_or_id: ProjectId) -> Project:
        """By id, or by path (`group/project`). Keep the id: a path changes, and a former one may answer a redirect."""
        return self._call(
            lambda: WireProject.model_validate(self._gitlab.projects.get(path_or_id, obey_rate_limit=False)).project(),
            f"GET project {path_or_id}",
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
    ) -> list[Issue]:
        """Issues that hold all of `words` (as word beginnings), last updated first: GitLab does not rank. One GET.

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
    ) -> list[Issue]:
        """Open issues of every type, with all of `labels`, the newest first. One GET."""
        parameters: dict[str, Any] = {
            "state": "opened",
            "order_by": "created_at",
            "created_after": _iso(created_after),
        }
        if labels:
            parameters["labels"] = ",".join(labels)
        return self._list(project_id, parameters, min(limit, MAX_PAGE))[:limit]

    def find_by_marker(self, project_id: ProjectId, marker: str) -> Issue | None:
        """The issue that this bot opened with this marker; of several, the first. One GET, and `me` once.

        Search matches prefixes, and a person can paste a marker: it counts on the first line of an issue of ours only.
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
    ) -> Issue:
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
        return self._call(
            lambda: WireIssue.model_validate(
                self._project(project_id).issues.create(attributes, obey_rate_limit=False)
            ).issue(),
            f"POST an issue to project {project_id}",
        )

    def issue(self, project_id: ProjectId, iid: int) -> Issue:
        return self._call(
            lambda: WireIssue.model_validate(self._project(project_id).issues.get(iid, obey_rate_limit=False)).issue(),
            f"GET issue {iid} of project {project_id}",
        )

    def issues(self, project_id: ProjectId, iids: Sequence[int]) -> list[Issue]:
        """Those that exist, one GET per 50."""
        wanted = sorted(set(iids))
        found: list[Issue] = []
        for start in range(0, len(wanted), IIDS_PER_CALL):
            batch = wanted[start : start + IIDS_PER_CALL]
            found += self._list(project_id, {"iids": batch, "state": "all"}, IIDS_PER_CALL)
        return found

    def add_note(self, project_id: ProjectId, iid: int, body: str, internal: bool = False) -> int:
        """The new note's id. One POST. Untrusted text in `body` must be quoted."""
        note = self._call(
            lambda: (
                self._issue(project_id, iid)
                .notes.create({"body": body, "internal": internal}, obey_rate_limit=False)
                .attributes
            ),
            f"POST a note to issue {iid} of project {project_id}",
        )
        if "id" not in note and "commands_changes" in note:
            raise Invalid(SERVICE, "the note held nothing but quick actions: there is no note", "no_note")
        return self._call(lambda: int(note["id"]), f"POST a note to issue {iid} of project {project_id}")

    def notes(self, project_id: ProjectId, iid: int) -> list[Note]:
        """What people (and bots) wrote, oldest first; of more than 500 the newest 500."""
        call = f"GET notes of issue {iid} of project {project_id}"

        def newest() -> list[Note]:
            listed = self._issue(project_id, iid).notes.list(
                iterator=True,
                per_page=MAX_PAGE,
                obey_rate_limit=False,
                activity_filter="only_comments",
                order_by="created_at",
                sort="desc",
            )
            wires = [WireNote.model_validate(note) for note in islice(listed, MAX_NOTES)]
            return [wire.note() for wire in reversed(wires) if not wire.system]

        return self._call(newest, call)

    def thumbs_up(self, project_id: ProjectId, iid: int) -> None:
        """One more is affected. Given before: nothing happens, so it is safe to repeat."""
        try:
            self._call(
                lambda: self._issue(project_id, iid).awardemojis.create({"name": "thumbsup"}, obey_rate_limit=False),
                f"POST a reaction to issue {iid} of project {project_id}",
            )
        except Conflict as conflict:
            if conflict.reason != "already_given":
                raise

    def close(self) -> None:
        self._session.close()

    def _project(self, project_id: ProjectId) -> LazyProject:
        return self._gitlab.projects.get(project_id, lazy=True)

    def _issue(self, project_id: ProjectId, iid: int) -> LazyIssue:
        return self._project(project_id).issues.get(iid, lazy=True)

    def _list(self, project_id: ProjectId, parameters: dict[str, Any], per_page: int) -> list[Issue]:
        """One page. GitLab ignores a parameter it does not know: each is spelt as in its documentation."""
        everywhere: dict[str, Any] = {"scope": "all", "sort": "desc"}
        return self._call(
            lambda: [
                WireIssue.model_validate(issue).issue()
                for issue in self._project(project_id).issues.list(
                    get_all=False, per_page=per_page, obey_rate_limit=False, **everywhere, **parameters
                )
            ],
            f"GET issues of project {project_id}",
        )

    def _get_json(self, path: str) -> object:
        return self._gitlab.http_get(path, obey_rate_limit=False)

    def _call(self, call: Callable[[], Result], name: str) -> Result:
        """What the call returns. A 2xx that cannot be understood becomes ours, without the text it stumbled on."""
        try:
            return call()
        except STUMBLES:
            failure = unreadable(SERVICE, name.split(" ", 1)[0], name)
        raise failure


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
