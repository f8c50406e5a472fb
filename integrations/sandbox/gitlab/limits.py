"""GitLab's rate limits with its headers. Off, as on a stock self-managed instance, until set."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from integrations.sandbox.api import Refused

MINUTE = timedelta(minutes=1)
APPLICATION_LIMIT = "This endpoint has been requested too many times. Try again later."


@dataclass(slots=True)
class _Window:
    starts: datetime | None = None
    used: int = 0

    def take(self, now: datetime) -> None:
        if self.starts is None or now - self.starts >= MINUTE:
            self.starts, self.used = now, 0
        self.used += 1

    def ends(self) -> datetime:
        return (self.starts or datetime.min.replace(tzinfo=UTC)) + MINUTE


@dataclass(slots=True)
class Limits:
    """Per minute, 0: off. Settable at any time; counted by the sandbox's clock."""

    requests_per_minute: int = 0
    issues_per_minute: int = 0
    """Creations per project and user; refused with JSON and without Retry-After, as the application's limiter does."""
    notes_per_minute: int = 0
    _requests: _Window = field(default_factory=_Window)
    _issues: dict[int, _Window] = field(default_factory=dict)
    _notes: _Window = field(default_factory=_Window)

    def request(self, now: datetime) -> dict[str, str]:
        """Headers for the answer; raises Refused 429 with plain text."""
        limit = self.requests_per_minute
        if not limit:
            return {}
        window = self._requests
        window.take(now)
        ends = window.ends()
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Name": "throttle_authenticated_api",
            "RateLimit-Observed": str(window.used),
            "RateLimit-Remaining": str(max(0, limit - window.used)),
            "RateLimit-Reset": str(math.ceil(ends.timestamp())),
        }
        if window.used > limit:
            wait = max(1, math.ceil((ends - now).total_seconds()))
            headers |= {"RateLimit-ResetTime": format_datetime(ends, usegmt=True), "Retry-After": str(wait)}
            raise Refused(429, "Retry later\n", "rate_limit_requests", headers)
        return headers

    def creation(self, now: datetime, project_id: int) -> None:
        self._count(self._issues.setdefault(project_id, _Window()), now, self.issues_per_minute, "issues")

    def note(self, now: datetime) -> None:
        self._count(self._notes, now, self.notes_per_minute, "notes")

    @staticmethod
    def _count(window: _Window, now: datetime, limit: int, what: str) -> None:
        window.take(now)
        if limit and window.used > limit:
            raise Refused(429, {"message": {"error": APPLICATION_LIMIT}}, f"rate_limit_{what}")
