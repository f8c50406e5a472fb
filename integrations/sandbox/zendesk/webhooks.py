"""What Zendesk sends when a ticket changes, signed as Zendesk signs.

https://developer.zendesk.com/documentation/webhooks/verifying/
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from integrations.sandbox.api import Json, picked
from integrations.sandbox.clock import second_stamp
from integrations.sandbox.zendesk.models import Person, Ticket
from integrations.sandbox.zendesk.placeholders import expand, placeholder_values
from integrations.sandbox.zendesk.state import State

WEBHOOK_SECRET = "c2FuZGJveC16ZW5kZXNrLXdlYmhvb2stc2VjcmV0"  # noqa: S105 -- the sandbox's own, known to everybody
ACCOUNT_ID = 18525119
_DETAIL_IDS = ("id", "requester_id", "submitter_id", "assignee_id", "group_id", "organization_id", "brand_id")
TRIGGER_BODY = (
    '{"v": 1, "event": "EVENT", "ticket_id": "{{ticket.id}}", "updated_at": "{{ticket.updated_at_with_timestamp}}", '
    '"status": "{{ticket.status}}", "via": "{{ticket.via}}", "actor_id": "{{current_user.id}}"}'
)
"""A trigger's body, as an admin enters it; one trigger for new tickets and one for changes differ in the event."""


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    endpoint: str


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, timestamp + body)); the secret is used as it stands, not decoded."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def trigger_body(state: State, ticket: Ticket, event: str, actor: Person) -> bytes:
    return expand(TRIGGER_BODY.replace("EVENT", event), placeholder_values(state, ticket, actor)).encode()


def event_body(state: State, ticket: Ticket, kind: str, actor: Person, event: Json | None) -> bytes:
    """What an event subscription sends (`zen:event-type:<kind>`): pretty-printed, as recorded from the real service."""
    comment = ticket.comments[-1] if ticket.comments else None
    happened: Json = {"meta": {"sequence": {"id": f"{state.new_id():020X}", "position": 1, "total": 1}}}
    if kind == "ticket.comment_added" and comment is not None:
        author = state.person(comment.author_id)
        happened["comment"] = {
            "id": str(comment.id),
            "body": comment.body,
            "is_public": comment.public,
            "author": {"id": str(author.id), "is_staff": author.is_staff, "name": author.name},
        }
    payload = {
        "type": f"zen:event-type:{kind}",
        "account_id": ACCOUNT_ID,
        "id": f"2b24ef10-19d4-4740-93cf-{state.new_id():012x}",
        "time": second_stamp(state.clock.now()),
        "zendesk_event_version": "2022-11-06",
        "subject": f"zen:ticket:{ticket.id}",
        "detail": _detail(ticket, actor),
        "event": happened | (event or {}),
    }
    return (json.dumps(payload, indent=3, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _detail(ticket: Ticket, actor: Person) -> Json:
    ids = {name: str(getattr(ticket, name) or 0) for name in _DETAIL_IDS}
    return {
        **picked(ticket, "subject description is_public tags created_at updated_at"),
        **ids,
        "status": ticket.status.upper(),
        "priority": (ticket.priority or "").upper(),
        "type": ticket.type or "",
        "custom_status": str(ticket.custom_status_id or 0),
        "actor_id": str(actor.id),
        "form_id": "0",
        "external_id": ticket.external_id or "",
        "via": {"channel": ticket.via.get("channel", "")},
    }


def signed_headers(state: State, body: bytes, *, webhook_id: str, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """The headers of one attempt; the timestamp is that of the attempt."""
    timestamp = second_stamp(state.clock.now())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(ACCOUNT_ID),
        "X-Zendesk-Webhook-Id": webhook_id,
        "X-Zendesk-Webhook-Invocation-Id": f"01HANA2B{state.new_id():018d}",
        "X-Zendesk-Webhook-Signature": signature(secret, timestamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    }
