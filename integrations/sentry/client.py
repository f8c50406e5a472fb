"""Reads unresolved issues from one Sentry organization. Reading changes nothing there, so it may be repeated.

The token goes to the configured host only: no redirect and no address from an answer is followed.
No error or log holds the address, the token, or what Sentry says.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from integrations.errors import IntegrationError, Unavailable
from integrations.outbound import UNGUARDED, Call, Outbound
from integrations.refusals import refusal_of_a_read
from integrations.sentry.issues import WIRE_ISSUES, SentryIssue
from integrations.session import DEFAULT_TIMEOUT, MEANING, Timeout, user_agent
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
        # At INFO httpx writes the whole URL of each request into the log.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        connect, self._patience = timeout
        self._now = now
        self._outbound = outbound
        self._url = _address(url, org)
        self._client = httpx.Client(
            timeout=httpx.Timeout(self._patience, connect=connect),
            follow_redirects=False,
            trust_env=False,
            headers={
                b"User-Agent": user_agent().encode(),
                b"Accept": b"application/json",
                # Identity, and read raw below: a small compressed answer can be a very large one.
                b"Accept-Encoding": b"identity",
                # As bytes, because httpx quotes a text that it cannot encode in its error.
                b"Authorization": b"Bearer " + token.encode("utf-8", "replace"),
            },
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
            page = self._get(parameters | ({"cursor": cursor} if cursor else {}))
            if isinstance(page, IntegrationError):
                # Here, outside the except: the library's error holds the request, and with it address and token.
                raise page
            found += page.issues
            asked.add(cursor)
            cursor = page.next_cursor
            if len(found) >= limit or not cursor or cursor in asked:
                break
        return found[:limit]

    def close(self) -> None:
        self._client.close()

    def _get(self, parameters: dict[str, str]) -> _Page | IntegrationError:
        try:
            with (
                self._outbound.call(SERVICE, "GET") as call,
                self._client.stream("GET", self._url, params=parameters) as response,
            ):
                call.status = response.status_code
                return _refusal(response) or self._read(response, call)
        except httpx.HTTPError as error:
            return Unavailable(SERVICE, f"no answer ({type(error).__name__})", "no_answer")

    def _read(self, response: httpx.Response, call: Call) -> _Page | IntegrationError:
        until = time.monotonic() + self._patience
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > MOST_BYTES:
                return Unavailable(SERVICE, f"the answer is longer than {MOST_BYTES // 2**20} MiB", "answer_too_long")
            if time.monotonic() > until:
                call.status = None
                return Unavailable(SERVICE, f"the answer took longer than {self._patience:g} s", "answer_too_slow")
        try:
            issues = [wire.issue() for wire in WIRE_ISSUES.validate_json(bytes(body))]
        except ValueError:
            return Unavailable(SERVICE, "the answer cannot be read", "unreadable_answer")
        return _Page([issue for issue in issues if issue is not None], _next_cursor(response))


@dataclass(frozen=True)
class _Page:
    issues: list[SentryIssue]
    next_cursor: str
    """"" on the last page."""


def _next_cursor(response: httpx.Response) -> str:
    """Only the cursor is taken from the link. There always is one; `results` says whether anything is behind it."""
    link = response.links.get("next", {})
    return link.get("cursor", "") if link.get("results") == "true" else ""


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _address(url: str, org: str) -> httpx.URL:
    """Raises ValueError, which does not show the address: it may hold a password."""
    try:
        address = httpx.URL(f"{url.rstrip('/')}/api/0/organizations/{org}/issues/")
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host or address.userinfo or "?" in url or "#" in url:
        raise ValueError("Sentry's address must be like https://us.sentry.io")
    if not ORGANIZATION.fullmatch(org):
        raise ValueError("Sentry's organization must be its slug, as in the address of its pages: acme")
    return address


def _refusal(response: httpx.Response) -> IntegrationError | None:
    return refusal_of_a_read(SERVICE, "answered", response, MEANING, _wait(response.headers))


def _wait(headers: httpx.Headers) -> float | None:
    """Sentry's limits say when they end in `X-Sentry-Rate-Limit-Reset`, a point in time."""
    known = {"Retry-After": headers.get("Retry-After", "")}
    return retry_after(known | {"RateLimit-Reset": headers.get("X-Sentry-Rate-Limit-Reset", "")})
