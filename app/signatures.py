"""Whether a webhook comes from who it says: pure, with the time passed in.

Zendesk: https://developer.zendesk.com/documentation/webhooks/verifying/
Discourse: https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events/49045
GitLab: https://docs.gitlab.com/user/project/integrations/webhooks/, signing by https://www.standardwebhooks.com/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Zendesk names no window. The timestamp is that of the delivery attempt, not of the event, so late retries pass.
WINDOW = timedelta(minutes=10)
# GitLab says "recent"; this is what the libraries of Standard Webhooks take.
STANDARD_WINDOW = timedelta(minutes=5)
SIGNING_PREFIX = "whsec_"
# GitLab makes 32 bytes; Standard Webhooks allows this range. An empty key would let everybody in.
SIGNING_KEY_BYTES = range(24, 65)
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")


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


@dataclass(frozen=True, slots=True, repr=False)
class WebhookSecrets:
    """What a hook of ours may be configured with, of both kinds; several of each while they are rotated."""

    signing_keys: tuple[bytes, ...]
    tokens: tuple[bytes, ...]

    @classmethod
    def of(cls, secrets: Iterable[str]) -> WebhookSecrets:
        """`whsec_...` is a signing token, all else a plain one. Raises ValueError, which never quotes a secret."""
        given = tuple(secrets)
        if not given or not all(given):
            raise ValueError("a secret is empty: without one, anybody could send webhooks")
        signing = tuple(signing_key(one) for one in given if one.startswith(SIGNING_PREFIX))
        return cls(signing, tuple(one.encode() for one in given if not one.startswith(SIGNING_PREFIX)))


def signing_key(signing_token: str) -> bytes:
    """The key in `whsec_` + base64(key). Raises ValueError."""
    try:
        key = base64.b64decode(signing_token.removeprefix(SIGNING_PREFIX), validate=True)
    except ValueError:
        key = b""
    if len(key) not in SIGNING_KEY_BYTES:
        raise ValueError("a signing token is whsec_ and base64 of 32 bytes: copy it from GitLab once more, whole")
    return key


def standard_signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` + base64(HMAC-SHA256(key, id.timestamp.body))."""
    signed = b".".join((message_id.encode("utf-8", "replace"), timestamp.encode("utf-8", "replace"), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def verify_standard_webhook(
    *,
    secrets: WebhookSecrets,
    signature: str | None,
    message_id: str | None,
    timestamp: str | None,
    token: str | None,
    body: bytes,
    now: datetime,
    window: timedelta = STANDARD_WINDOW,
) -> None:
    """Raise BadSignature unless one of `secrets` vouches for this body; `now` is aware, in any zone.

    `signature`, `message_id` and `timestamp` are the headers `webhook-signature`, `webhook-id` and
    `webhook-timestamp`, `token` is `X-Gitlab-Token`. A signature that is there must be right: the plain token, which
    GitLab sends beside it while a hook changes over, does not make up for a wrong one.
    """
    if signature is not None:
        if not signature or not message_id or not timestamp:
            raise BadSignature("signature_missing")
        if not secrets.signing_keys:
            raise BadSignature("signing_token_not_configured")
        if not _is_signed(secrets.signing_keys, signature, message_id, timestamp, body):
            raise BadSignature("signature_wrong")
        if not _UNIX_SECONDS.fullmatch(timestamp):
            raise BadSignature("timestamp_unreadable")
        if abs(now.timestamp() - int(timestamp)) > window.total_seconds():
            raise BadSignature("signature_stale")
    elif token is None or not secrets.tokens:
        raise BadSignature("signature_missing")
    else:
        given = token.encode("utf-8", "replace")
        matches = [hmac.compare_digest(known, given) for known in secrets.tokens]
        if not any(matches):
            raise BadSignature("token_wrong")


def _is_signed(keys: Iterable[bytes], signature: str, message_id: str, timestamp: str, body: bytes) -> bool:
    """Any signature of the list by any key; as with Zendesk's secrets, all are tried."""
    given = [one.encode("utf-8", "replace") for one in signature.split(" ")]
    expected = [standard_signature(key, message_id, timestamp, body).encode() for key in keys]
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    return any(matches)


def verify_discourse(*, secrets: Iterable[str], signature: str | None, body: bytes) -> None:
    """Raise BadSignature unless one of `secrets` signed this body.

    `signature` is `X-Discourse-Event-Signature`: `sha256=` + hex(HMAC-SHA256(secret, body)). Discourse signs no time.
    """
    if not signature:
        raise BadSignature("signature_missing")
    given = signature.encode("utf-8", "replace")
    signed = [f"sha256={hmac.new(one.encode(), body, hashlib.sha256).hexdigest()}".encode() for one in secrets]
    matches = [hmac.compare_digest(one, given) for one in signed]
    if not any(matches):
        raise BadSignature("signature_wrong")
