"""GitLab's rate limits with its headers. Off, as on a stock self-managed instance, until set."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from integrations.sandbox.api import Refused
from integrations.sandbox.window import Window

APPLICATION_LIMIT = "This endpoint has been requested too many times. Try again later."


@dataclass(slots=True)
class Limits:
    """Per minute, 0: off. Settable at any time."""

    requests_per_minute: int = 0
    issues_per_minute: int = 0
    """Creations per project and user; refused with JSON and without Retry-After, as the application's limiter does."""
    notes_per_minute: int = 0
    _requests: Window = field(default_factory=Window)
    _issues: dict[int, Window] = field(default_factory=dict)
    _notes: Window = field(default_factory=Window)

    def request(self, now: datetime) -> dict[str, str]:
        """Headers for the answer; raises Refused 429 with plain text."""
        limit = self.requests_per_minute
        if not limit:
            return {}
        window = self._requests
        window.open(now)
        window.used += 1
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Name": "throttle_authenticated_api",
            "RateLimit-Observed": str(window.used),
            "RateLimit-Remaining": str(max(0, limit - window.used)),
            "RateLimit-Reset": str(math.ceil(window.ends.timestamp())),
        }
        if window.used > limit:
            headers["RateLimit-ResetTime"] = format_datetime(window.ends, usegmt=True)
            headers["Retry-After"] = str(window.seconds_left(now))
            raise Refused(429, "Retry later\n", "rate_limit_requests", headers)
        return headers

    def creation(self, now: datetime, project_id: int) -> None:
        _count(self._issues.setdefault(project_id, Window()), now, self.issues_per_minute, "issues")

    def note(self, now: datetime) -> None:
        _count(self._notes, now, self.notes_per_minute, "notes")


def _count(window: Window, now: datetime, limit: int, what: str) -> None:
    window.open(now)
    window.used += 1
    if limit and window.used > limit:
        raise Refused(429, {"message": {"error": APPLICATION_LIMIT}}, f"rate_limit_{what}")
