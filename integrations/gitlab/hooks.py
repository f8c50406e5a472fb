"""A project's webhooks, as far as they tell whether events still reach us, and a user's membership."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from integrations.wire import WireModel, WireText

OFF = frozenset({"temporarily_disabled", "disabled"})


@dataclass(frozen=True, slots=True)
class Hook:
    id: int
    url: str
    alert_status: str
    """executable; temporarily_disabled after 4 failures in a row, until `disabled_until`; disabled after 40."""
    disabled_until: datetime | None
    issues: bool
    confidential_issues: bool
    notes: bool
    confidential_notes: bool

    @property
    def is_disabled(self) -> bool:
        """Events of this time are lost: GitLab does not send them again."""
        return self.alert_status in OFF


class WireHook(WireModel):
    id: int
    url: str
    alert_status: WireText = ""
    disabled_until: AwareDatetime | None = None
    issues_events: bool = False
    confidential_issues_events: bool | None = False
    note_events: bool = False
    confidential_note_events: bool | None = False

    def hook(self) -> Hook:
        return Hook(
            id=self.id,
            url=self.url,
            alert_status=self.alert_status,
            disabled_until=self.disabled_until,
            issues=self.issues_events,
            confidential_issues=bool(self.confidential_issues_events),
            notes=self.note_events,
            confidential_notes=bool(self.confidential_note_events),
        )


class WireMember(WireModel):
    access_level: int
