"""Whether a webhook comes from who it says: pure, with the time passed in.

Zendesk: https://developer.zendesk.com/documentation/webhooks/verifying/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

# Zendesk names no window. The timestamp is that of the delivery attempt, not of the event, so late retries pass.
WINDOW = timedelta(minutes=10)


class BadSignature(Exception):
    """The delivery is refused; `reason` is the metric's label."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def zendesk_signature(secret: str, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, timestamp + body)): no separator, the secret's own bytes, the raw body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verify_zendesk(
    *,
    secrets: Iterable[str],
    signature: str | None,
    timestamp: str | None,
    body: bytes,
    now: datetime,
    window: timedelta = WINDOW,
) -> None:
    """Raise BadSignature unless one of `secrets` signed this body within `window` of `now` (aware, any zone)."""
    if not signature or not timestamp:
        raise BadSignature("signature_missing")
    # Every secret is tried, whatever the outcome of the others: the time taken tells nothing about which one fits.
    given = signature.encode("utf-8", "replace")
    matches = [hmac.compare_digest(zendesk_signature(secret, timestamp, body).encode(), given) for secret in secrets]
    if not any(matches):
        raise BadSignature("signature_wrong")
    try:
        signed_at = datetime.fromisoformat(timestamp)
        stale = abs(now - signed_at) > window
    except (ValueError, TypeError) as error:
        raise BadSignature("timestamp_unreadable") from error
    if stale:
        raise BadSignature("signature_stale")
