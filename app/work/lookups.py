"""Names in the YAML -> ids at GitLab and Zendesk: asked once per process, because they hardly ever change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.records.projects import KnownProjects
from integrations.errors import NotFound, Refused
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Project
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Projects:
    gitlab: Callable[[], GitLabClient]
    remembered: KnownProjects
    _known: dict[str, Project] = field(default_factory=dict)

    def get(self, path: str) -> Project:
        """Raises IntegrationError; only answers are kept. A project that was renamed or moved is found by its id."""
        if path not in self._known:
            self._known[path] = self._ask(path)
        return self._known[path]

    def _ask(self, path: str) -> Project:
        try:
            project = self.gitlab().project(path)
        except (NotFound, Refused):  # a former path answers with a redirect, which is not followed
            project_id = self.remembered.id_of(path)
            if project_id is None:
                raise
            return self.gitlab().project(project_id)
        self.remembered.keep(path, project.id)
        return project


@dataclass(frozen=True)
class Assignees:
    """Groups by name and agents by address. Raises IntegrationError, also for unknown ones; only answers are kept."""

    zendesk: Callable[[], ZendeskClient]
    _groups: dict[str, int] = field(default_factory=dict)
    _agents: dict[str, int] = field(default_factory=dict)

    def group(self, name: str) -> int:
        if name not in self._groups:
            self._groups[name] = self.zendesk().group_id(name)
        return self._groups[name]

    def agent(self, email: str) -> int:
        if email not in self._agents:
            self._agents[email] = self.zendesk().agent_id(email)
        return self._agents[email]
