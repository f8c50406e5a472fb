"""Zendesk's rate limits, with the headers it sends: https://developer.zendesk.com/api-reference/introduction/rate-limits/."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.sandbox.api import Refused

MINUTE = timedelta(minutes=1)
PER_TICKET_WINDOW = timedelta(minutes=10)
PLENTY = 1_000_000
"""The account's default: the demo and the benches are not slowed down unless they ask for it."""


@dataclass(slots=True)
class _Window:
    length: timedelta
    starts: datetime | None = None
    used: int = 0

    def take(self, now: datetime, limit: int) -> tuple[bool, int, int]:
        """(granted, remaining, seconds until it starts anew). What is refused does not count."""
        if self.starts is None or now - self.starts >= self.length:
            self.starts, self.used = now, 0
        granted = self.used < limit
        if granted:
            self.used += 1
        left = math.ceil((self.starts + self.length - now).total_seconds())
        return granted, limit - self.used, max(1, left)


@dataclass(slots=True)
class Limits:
    """Settable at any time; counted by the sandbox's clock."""

    requests_per_minute: int = PLENTY
    updates_per_minute: int = PLENTY
    updates_per_ticket: int = 30
    incremental_per_minute: int = 10_000
    jobs_waiting: int = 30
    job_seconds: float = 0.05
    """How long a bulk job takes until its status says completed."""
    search_lag_seconds: float = 60.0
    """How long a change stays unseen by the search."""
    _requests: _Window = field(default_factory=lambda: _Window(MINUTE))
    _updates: _Window = field(default_factory=lambda: _Window(MINUTE))
    _incremental: _Window = field(default_factory=lambda: _Window(MINUTE))
    _tickets: dict[tuple[int, int], _Window] = field(default_factory=dict)

    def request(self, now: datetime) -> dict[str, str]:
        """Headers for the answer; raises Refused 429."""
        limit = self.requests_per_minute
        granted, remaining, resets = self._requests.take(now, limit)
        headers = {
            "x-rate-limit": str(limit),
            "x-rate-limit-remaining": str(remaining),
            "ratelimit-limit": str(limit),
            "ratelimit-remaining": str(remaining),
            "ratelimit-reset": str(resets),
        }
        if not granted:
            raise _too_many("account", resets, headers)
        return headers

    def update(self, now: datetime, user_id: int, ticket_id: int) -> dict[str, str]:
        """One update of one ticket: the limit of the ticket and that of the whole account."""
        window = self._tickets.get((user_id, ticket_id))
        if window is None:
            window = self._tickets[user_id, ticket_id] = _Window(PER_TICKET_WINDOW)
        granted, remaining, resets = window.take(now, self.updates_per_ticket)
        headers = {"zendesk-ratelimit-per-ticket-updates": _limit_header(self.updates_per_ticket, remaining, resets)}
        if not granted:
            raise _too_many("per_ticket_updates", resets, headers)
        granted, remaining, resets = self._updates.take(now, self.updates_per_minute)
        headers["zendesk-ratelimit-tickets-update"] = _limit_header(self.updates_per_minute, remaining, resets)
        if not granted:
            raise _too_many("tickets_update", resets, headers)
        return headers

    def incremental(self, now: datetime) -> dict[str, str]:
        granted, remaining, resets = self._incremental.take(now, self.incremental_per_minute)
        headers = {
            "zendesk-ratelimit-incremental-exports": _limit_header(self.incremental_per_minute, remaining, resets)
        }
        if not granted:
            raise _too_many("incremental_exports", resets, headers)
        return headers


def _limit_header(total: int, remaining: int, resets: int) -> str:
    return f"total={total}; remaining={remaining}; resets={resets}"


def _too_many(which: str, resets: int, headers: dict[str, str]) -> Refused:
    body = {"error": "APIRateLimitExceeded", "description": f"Number of allowed API requests exceeded ({which})"}
    return Refused(429, body, f"rate_limit_{which}", headers | {"Retry-After": str(resets)})
