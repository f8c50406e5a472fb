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
class Groups:
    zendesk: Callable[[], ZendeskClient]
    _known: dict[str, int] = field(default_factory=dict)

    def get(self, name: str) -> int:
        """Raises IntegrationError, also when there is no such group; only answers are kept."""
        if name not in self._known:
            self._known[name] = self.zendesk().group_id(name)
        return self._known[name]
