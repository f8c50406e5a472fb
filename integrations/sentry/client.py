"""Reads unresolved issues from one Sentry organization. Reading changes nothing there, so it may be repeated.

The token goes to the configured host only: the client follows no redirect and no address from an answer.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from integrations.http import Reader, http_address, http_client
from integrations.outbound import UNGUARDED, Outbound
from integrations.sentry.issues import WIRE_ISSUES, SentryIssue
from integrations.session import DEFAULT_TIMEOUT, Timeout
from integrations.waits import retry_after

SERVICE = "sentry"
MAX_PAGE = 100
# Sentry filters after it has cut a page, so a page may be short and yet not the last one.
MOST_PAGES = 5
MOST_BYTES = 8 * 1024 * 1024
QUERY = "is:unresolved"
ORGANIZATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SentryClient:
    """`url`: https://us.sentry.io, or your own; `org`: the organization's slug; `token`: with scope `event:read`."""

    def __init__(
        self,
        url: str,
        org: str,
        token: str,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        now: Callable[[], datetime] = _utc_now,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        self._now = now
        self._reader = Reader(
            SERVICE,
            _address(url, org),
            http_client(timeout, {b"Accept": b"application/json"}, token=token),
            seconds=timeout[1],
            most_bytes=MOST_BYTES,
            outbound=outbound,
            wait=_wait,
        )

    def unresolved(self, since: datetime, limit: int = MAX_PAGE) -> list[SentryIssue]:
        """Those with an event after `since`, the last seen first, at most `limit`. Mostly one GET, never above five.

        Raises IntegrationError.
        """
        found: list[SentryIssue] = []
        asked: set[str] = set()
        cursor = ""
        # Sentry wants both ends, or none: https://docs.sentry.io/api/events/list-an-organizations-issues
        until = self._now()
        if since >= until:
            return []
        for _ in range(MOST_PAGES):
            parameters = {
                "query": QUERY,
                "sort": "date",
                "limit": str(min(max(limit - len(found), 1), MAX_PAGE)),
                "start": _iso(since),
                "end": _iso(until),
            }
            issues, following = self._reader.ask(
                "GET", _page, params=parameters | ({"cursor": cursor} if cursor else {})
            )
            found += issues
            asked.add(cursor)
            cursor = following
            if len(found) >= limit or not cursor or cursor in asked:
                break
        return found[:limit]

    def close(self) -> None:
        self._reader.close()


def _page(response: httpx.Response, body: bytes) -> tuple[list[SentryIssue], str]:
    """The issues, and the cursor of the next page, which is empty on the last one.

    Only the cursor is taken from the link. There always is one; `results` says whether anything is behind it.
    """
    issues = [issue for wire in WIRE_ISSUES.validate_json(body) if (issue := wire.issue()) is not None]
    link = response.links.get("next", {})
    return issues, link.get("cursor", "") if link.get("results") == "true" else ""


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _address(url: str, org: str) -> httpx.URL:
    """Raises ValueError, which does not show the address: it may hold a password."""
    refusal = "Sentry's address must be like https://us.sentry.io"
    address = http_address(f"{url.rstrip('/')}/api/0/organizations/{org}/issues/", refusal)
    if address.userinfo or "?" in url or "#" in url:
        raise ValueError(refusal)
    if not ORGANIZATION.fullmatch(org):
        raise ValueError("Sentry's organization must be its slug, as in the address of its pages: acme")
    return address


def _wait(headers: httpx.Headers) -> float | None:
    """Sentry's limits say when they end in `X-Sentry-Rate-Limit-Reset`, a point in time."""
    known = {"Retry-After": headers.get("Retry-After", "")}
    return retry_after(known | {"RateLimit-Reset": headers.get("X-Sentry-Rate-Limit-Reset", "")})
