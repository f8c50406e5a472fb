"""The project hooks: where events go, and how a failing hook is switched off by GitLab."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TEMPORARY_AFTER = 4
PERMANENT_AFTER = 40
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)


@dataclass(slots=True)
class Hook:
    """Failures in a row: from the 4th on it pauses (a minute, then twice as long each time), at the 40th it is off."""

    id: int
    url: str
    failures: int = 0
    disabled_until: datetime | None = None

    @property
    def is_off(self) -> bool:
        return self.failures >= PERMANENT_AFTER

    def status(self, now: datetime) -> str:
        if self.is_off:
            return "disabled"
        paused = self.disabled_until is not None and now < self.disabled_until
        return "temporarily_disabled" if paused else "executable"

    def answered(self, status: int, now: datetime) -> None:
        """2xx and 3xx are successes."""
        if 200 <= status < 400:
            self.failures = 0
            self.disabled_until = None
            return
        self.failures += 1
        if self.failures >= TEMPORARY_AFTER:
            doublings = min(self.failures - TEMPORARY_AFTER, 12)
            self.disabled_until = now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
