"""What Zendesk sends when a ticket changes, signed as Zendesk signs.

https://developer.zendesk.com/documentation/webhooks/verifying/
"""

import base64
import hashlib
import hmac

from integrations.sandbox.clock import second_stamp
from integrations.sandbox.hooks import Hook
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.placeholders import expand, placeholder_values
from integrations.sandbox.zendesk.state import State

WEBHOOK_SECRET = "c2FuZGJveC16ZW5kZXNrLXdlYmhvb2stc2VjcmV0"  # noqa: S105 -- the sandbox's own, known to everybody
TRIGGER_BODY = (
    '{"v": 1, "event": "EVENT", "ticket_id": "{{ticket.id}}", "updated_at": "{{ticket.updated_at_with_timestamp}}", '
    '"status": "{{ticket.status}}", "via": "{{ticket.via}}", "actor_id": "{{current_user.id}}"}'
)
"""A trigger's body, as an admin enters it; one trigger for new tickets and one for changes differ in the event."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, timestamp + body)); the secret is used as it stands, not decoded."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def trigger_body(state: State, ticket: Ticket, event: str, actor_id: int) -> bytes:
    value_of = placeholder_values(state, ticket, state.person(actor_id))
    return expand(TRIGGER_BODY.replace("EVENT", event), value_of).encode()


def signed_headers(state: State, body: bytes, secret: str, hook: Hook) -> dict[str, str]:
    """The headers of one attempt; the timestamp is that of the attempt."""
    timestamp = second_stamp(state.clock.now())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": "18525119",
        "X-Zendesk-Webhook-Id": f"01HSANDB0X{hook.id:016d}",
        "X-Zendesk-Webhook-Invocation-Id": f"01HANA2B{state.new_id():018d}",
        "X-Zendesk-Webhook-Signature": signature(secret, timestamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    }
