"""Groups by name and agents by address: Zendesk is asked once per process, because they hardly ever change."""

from dataclasses import dataclass, field

from app.work.jobs.dependencies import Dependencies


@dataclass(frozen=True)
class AssigneeCache:
    """Raises IntegrationError, also for unknown ones; only answers are kept."""

    deps: Dependencies
    _groups: dict[str, int] = field(default_factory=dict)
    _agents: dict[str, int] = field(default_factory=dict)

    def group(self, name: str) -> int:
        if name not in self._groups:
            self._groups[name] = self.deps.zendesk.group_id(name)
        return self._groups[name]

    def agent(self, email: str) -> int:
        if email not in self._agents:
            self._agents[email] = self.deps.zendesk.agent_id(email)
        return self._agents[email]
