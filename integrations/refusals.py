"""What an answer's status means where a request only reads, so that sending it again does no harm."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from integrations.errors import IntegrationError, Invalid, RateLimited, Refused, Unavailable
from integrations.waits import retry_after

Meaning = Mapping[int, tuple[type[IntegrationError], str, str]]
"""By status: the kind of error, a hint behind "answered 401", and the reason."""


def refusal_of_a_read(
    service: str, who: str, response: httpx.Response, meaning: Meaning, wait: float | None
) -> IntegrationError | None:
    """None for a 2xx. `who`: how the message begins; `wait`: what the service says of when to come back, in seconds."""
    status = response.status_code
    said = f"{who} {status}".strip()
    if 200 <= status < 300:
        return None
    if status == 429:
        return RateLimited(service, said, retry_after=wait)
    if status >= 500 or status == 408:
        return Unavailable(service, said, f"http_{status}", retry_after(response.headers))
    if status < 400:
        return Refused(service, f"{said}, a redirect; none is followed: configure the final address", "redirect")
    if status in meaning:
        kind, hint, reason = meaning[status]
        return kind(service, said + hint, reason)
    return Invalid(service, said, f"http_{status}")
