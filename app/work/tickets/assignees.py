"""Groups by name and agents by address: Zendesk is asked once per process, because they hardly ever change."""

from dataclasses import dataclass, field

from app.rules.routing import RoutingConfig
from app.work.jobs.dependencies import Dependencies


def groups_named(routing: RoutingConfig) -> list[str]:
    """Those that tickets are handed to."""
    named = [one for archetype in routing.archetypes.values() for one in (archetype.group, archetype.forward)]
    return sorted({one if isinstance(one, str) else one.group for one in named if one} - {None})


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
