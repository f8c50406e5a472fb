"""Zendesk as a source of webhooks: a trigger or an event subscription says which ticket to read.

A body has one of two forms: what our trigger templates (ids, enumerations and timestamps only), and Zendesk's own event
payloads. Neither is trusted in its form: the worker reads the ticket anyway.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from app.setup.doctor import ping
from app.signatures import verify_zendesk
from app.web.webhooks.source import Ignored, NotUnderstood, Received, WebhookSource
from app.work.messages import TicketChanged, TriageTicket, Work

# Zendesk's placeholders are not reliably escaped: where the JSON is broken, the id is still there, and it is signed.
_TICKET_ID = re.compile(rb'"ticket_id"\s*:\s*"?(\d{1,18})(?![\d.eE])"?')
_SUBJECT = re.compile(r"^zen:ticket:(\d{1,18})$")
_EVENTS = "zen:event-type:"
_TICKET_EVENTS = "zen:event-type:ticket."
# Events that can change what we decide. The rest is read, known, and of no interest.
_EVENTS_OF_INTEREST = frozenset(
    {
        "created",
        "comment_added",
        "tags_changed",
        "custom_field_changed",
        "status_changed",
        "subject_changed",
        "description_changed",
        "organization_changed",
        "requester_changed",
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    key: str
    """Whether two deliveries are the same one."""
    ticket_id: int
    event: Literal["ticket.created", "ticket.updated"]
    actor_id: str
    """Who changed the ticket; empty when the sender does not say."""


def read_delivery(body: bytes) -> Delivery | None:
    """The delivery in a signed body; None for an event of no interest. Raises NotUnderstood."""
    # What can just be read may still be nested too deeply to be written: RecursionError can come from either.
    with suppress(ValueError, RecursionError):
        payload = json.loads(body)
        if isinstance(payload, dict):
            kind = str(payload.get("type", ""))
            if kind.startswith(_TICKET_EVENTS):
                return _event_payload(payload)
            if kind.startswith(_EVENTS):  # of users, organizations, messages, articles and what may come
                return None
            if payload.get("event") == ping.EVENT:
                return None
            ticket_id = str(payload.get("ticket_id", ""))
            if re.fullmatch(r"\d{1,18}", ticket_id):
                return _trigger_payload(payload, int(ticket_id))
    found = _TICKET_ID.search(body)
    if not found:
        raise NotUnderstood("the body names no ticket")
    return Delivery(
        key=f"zd:body:{hashlib.sha256(body).hexdigest()[:32]}",
        ticket_id=int(found[1]),
        event="ticket.updated",
        actor_id="",
    )


def _trigger_payload(payload: Mapping[str, object], ticket_id: int) -> Delivery:
    event: Literal["ticket.created", "ticket.updated"] = (
        "ticket.created" if payload.get("event") == "ticket.created" else "ticket.updated"
    )
    version, updated_at = str(payload.get("v", "")), str(payload.get("updated_at", ""))
    actor = _actor(payload.get("actor_id"))
    # The fields are free text to whoever holds the secret: hashed, so that any value makes a well-formed key. The actor
    # is part of it, because two people can change a ticket within the second that `updated_at` tells apart, and who
    # did it decides what is looked for.
    stamp = _hashed(f"{version}|{event}|{updated_at}|{actor}")[:16]
    return Delivery(f"zd:{ticket_id}:{stamp}", ticket_id, event, actor)


def _event_payload(payload: Mapping[str, object]) -> Delivery | None:
    kind = str(payload["type"]).removeprefix(_TICKET_EVENTS)
    if kind not in _EVENTS_OF_INTEREST:
        return None
    found = _SUBJECT.match(str(payload.get("subject", "")))
    detail = payload.get("detail")
    ticket_id = found[1] if found else str(detail.get("id", "")) if isinstance(detail, dict) else ""
    if not re.fullmatch(r"\d{1,18}", ticket_id):
        raise NotUnderstood("the event names no ticket")
    identity = str(payload.get("id", "")) or json.dumps(payload, sort_keys=True)
    return Delivery(
        key=f"zd:event:{_hashed(identity)[:32]}",
        ticket_id=int(ticket_id),
        event="ticket.created" if kind == "created" else "ticket.updated",
        actor_id=_actor(detail.get("actor_id") if isinstance(detail, dict) else ""),
    )


def _actor(given: object) -> str:
    """An id, or nothing: it is stored with the work, so it is no place for a megabyte of anything else."""
    text = str(given)
    return text if re.fullmatch(r"\d{1,20}", text) else ""


def _hashed(text: str) -> str:
    # JSON can spell half of a character pair, which has no UTF-8.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _verify(received: Received, secrets: Sequence[str]) -> None:
    verify_zendesk(
        secrets=secrets,
        signature=received.headers.get("x-zendesk-webhook-signature"),
        timestamp=received.headers.get("x-zendesk-webhook-signature-timestamp"),
        body=received.body,
        now=received.at,
    )


def _work(received: Received, own_id: int | None) -> Work | Ignored:
    delivery = read_delivery(received.body)
    if delivery is None:
        return "event_of_no_interest"
    if own_id is not None and delivery.actor_id == str(own_id):
        return "own_update"
    cause = TicketChanged(event=delivery.event, actor_id=delivery.actor_id)
    return Work(
        TriageTicket(key=delivery.key, accepted_at=received.at, ticket_id=delivery.ticket_id, cause=cause),
    )


ZENDESK = WebhookSource(
    name="zendesk",
    summary="A Zendesk trigger or event subscription delivers here",
    advice="Check the trigger's JSON body.",
    secrets=lambda settings: settings.zendesk_webhook_secret,
    verify=_verify,
    own_id=lambda identity: identity.zendesk_id,
    work=_work,
)
