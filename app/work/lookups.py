"""Names in the YAML -> ids at GitLab and Zendesk: asked once per process, because they hardly ever change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Project
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Projects:
    gitlab: Callable[[], GitLabClient]
    _known: dict[str, Project] = field(default_factory=dict)

    def get(self, path: str) -> Project:
        """Raises IntegrationError; only answers are kept."""
        if path not in self._known:
            self._known[path] = self.gitlab().project(path)
        return self._known[path]


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
