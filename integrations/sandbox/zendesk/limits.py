"""Zendesk's rate limits, with the headers it sends: https://developer.zendesk.com/api-reference/introduction/rate-limits/."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.sandbox.api import Refused
from integrations.sandbox.window import Window

PER_TICKET_WINDOW = timedelta(minutes=10)
PLENTY = 1_000_000
"""The account's default: the demo and the benches are not slowed down unless they ask for it."""


@dataclass(slots=True)
class Limits:
    """Settable at any time. Each method answers the headers to send, or raises Refused 429."""

    requests_per_minute: int = PLENTY
    updates_per_minute: int = PLENTY
    updates_per_ticket: int = 30
    incremental_per_minute: int = 10_000
    jobs_waiting: int = 30
    job_seconds: float = 0.05
    """How long a bulk job takes until its status says completed."""
    _requests: Window = field(default_factory=Window)
    _updates: Window = field(default_factory=Window)
    _incremental: Window = field(default_factory=Window)
    _tickets: dict[tuple[int, int], Window] = field(default_factory=dict)

    def request(self, now: datetime) -> dict[str, str]:
        limit = self.requests_per_minute
        granted, remaining, resets = _take(self._requests, now, limit)
        headers = {"x-rate-limit": str(limit), "x-rate-limit-remaining": str(remaining)}
        headers |= {
            "ratelimit-limit": str(limit),
            "ratelimit-remaining": str(remaining),
            "ratelimit-reset": str(resets),
        }
        if not granted:
            raise _too_many("account", resets, headers)
        return headers

    def update(self, now: datetime, user_id: int, ticket_id: int) -> dict[str, str]:
        """One update of one ticket: the limit of the ticket and that of the whole account."""
        window = self._tickets.setdefault((user_id, ticket_id), Window(PER_TICKET_WINDOW))
        headers = _counted(window, now, self.updates_per_ticket, "per-ticket-updates", {})
        return _counted(self._updates, now, self.updates_per_minute, "tickets-update", headers)

    def incremental(self, now: datetime) -> dict[str, str]:
        return _counted(self._incremental, now, self.incremental_per_minute, "incremental-exports", {})


def _take(window: Window, now: datetime, limit: int) -> tuple[bool, int, int]:
    """(granted, remaining, seconds until the next window). What is refused does not count."""
    window.open(now)
    granted = window.used < limit
    window.used += granted
    return granted, limit - window.used, window.seconds_left(now)


def _counted(window: Window, now: datetime, limit: int, name: str, headers: dict[str, str]) -> dict[str, str]:
    granted, remaining, resets = _take(window, now, limit)
    headers = headers | {f"zendesk-ratelimit-{name}": f"total={limit}; remaining={remaining}; resets={resets}"}
    if not granted:
        raise _too_many(name.replace("-", "_"), resets, headers)
    return headers


def _too_many(which: str, resets: int, headers: dict[str, str]) -> Refused:
    body = {"error": "APIRateLimitExceeded", "description": f"Number of allowed API requests exceeded ({which})"}
    return Refused(429, body, f"rate_limit_{which}", headers | {"Retry-After": str(resets)})
