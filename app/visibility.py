"""May a stranger read an issue? Asked when we write about it, at most a second before: projects are made private."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.errors import NotFound
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import GitLabIssue

BELIEVED_FOR = timedelta(seconds=1)
"""An answer may be on its way for as long. A backlog of forty tickets a second asks once, not forty times."""


@dataclass(frozen=True)
class Visibility:
    """For any thread."""

    gitlab: GitLabClient
    now: Callable[[], datetime]
    _known: dict[int, tuple[datetime, bool]] = field(default_factory=dict)
    """By project: when it was asked for, and whether strangers may read it."""

    def is_public(self, issue: GitLabIssue) -> bool:
        """`issue`: as it was just read. At most one GET, for its project. Raises IntegrationError."""
        return not issue.confidential and self._is_project_public(issue.project_id)

    def _is_project_public(self, project_id: int) -> bool:
        asked_at = self.now()
        at, public = self._known.get(project_id, (None, False))
        if at is None or not timedelta() <= asked_at - at < BELIEVED_FOR:
            try:
                public = self.gitlab.project(project_id).public
            except NotFound:
                public = False
            self._known[project_id] = asked_at, public
        return public
