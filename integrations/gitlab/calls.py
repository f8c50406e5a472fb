"""python-gitlab, set up to send each request once. Our session raises on a 429 before python-gitlab would wait."""

from collections.abc import Callable
from typing import TypeVar

import gitlab
from gitlab.v4.objects import Project as LazyProject
from gitlab.v4.objects import ProjectIssue as LazyIssue

from integrations.gitlab.errors import SERVICE, explain
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout, VendorSession, unreadable, user_agent

# What python-gitlab raises on a 2xx that does not have the shape it expects. Our session raises all other failures.
UNREADABLE_ANSWER = (gitlab.GitlabError, AttributeError, KeyError, TypeError, ValueError)

ProjectId = int | str
_Answer = TypeVar("_Answer")


class Calls:
    """Projects and issues are lazy objects, because reading the parent first would double the calls."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        """`url`: https://gitlab.com. `token`: of the bot user, scope `api`; personal, group or project tokens do."""
        if not token:
            raise ValueError("GitLabClient needs a token")
        self._session = VendorSession(SERVICE, url, timeout=timeout, explain=explain, outbound=outbound)
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

    def close(self) -> None:
        self._session.close()

    def _project(self, project_id: ProjectId) -> LazyProject:
        return self._gitlab.projects.get(project_id, lazy=True)

    def _issue(self, project_id: ProjectId, iid: int) -> LazyIssue:
        return self._project(project_id).issues.get(iid, lazy=True)

    def _get_json(self, path: str) -> object:
        return self._gitlab.http_get(path)

    def _call(self, call: Callable[[], _Answer], name: str) -> _Answer:
        """What the call returns. A 2xx that cannot be read becomes our error, without the text."""
        try:
            return call()
        except UNREADABLE_ANSWER:
            failure = unreadable(SERVICE, name.split(" ", 1)[0], name)
        raise failure
