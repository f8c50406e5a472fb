"""A hook that was made over the API: of one project, with its own secrets and switches."""

from dataclasses import dataclass, field
from datetime import datetime

from integrations.sandbox.hooks import Hook

EVENTS = ("issues_events", "confidential_issues_events", "note_events", "confidential_note_events")


def _flags() -> dict[str, bool]:
    return {**dict.fromkeys(EVENTS, False), "push_events": True, "enable_ssl_verification": True}


@dataclass(slots=True)
class ProjectHook(Hook):
    project_id: int = 0
    name: str = ""
    description: str = ""
    token: str = ""
    signing_token: str = ""
    flags: dict[str, bool] = field(default_factory=_flags)
    statuses: list[int] = field(default_factory=list)
    """What the receiver answered, the oldest first. 0: nothing."""

    def answered(self, status: int, now: datetime) -> None:
        Hook.answered(self, status, now)
        self.statuses.append(status)

    def wants(self, event_name: str) -> bool:
        """By the name in `X-Gitlab-Event`."""
        return self.flags.get(_SWITCH.get(event_name, ""), False)


_SWITCH = {
    "Issue Hook": "issues_events",
    "Confidential Issue Hook": "confidential_issues_events",
    "Note Hook": "note_events",
    "Confidential Note Hook": "confidential_note_events",
}
