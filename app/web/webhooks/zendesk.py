"""Zendesk as a source of webhooks: a trigger or an event subscription says which ticket to read."""

from __future__ import annotations

from collections.abc import Sequence

from app.signatures import verify_zendesk
from app.web.webhooks.source import Ignored, Received, WebhookSource
from app.web.webhooks.zendesk_deliveries import read_delivery
from app.work.messages import TicketChanged, TriageTicket, Work


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
    own_id=lambda identity: identity.zendesk_id(),
    work=_work,
)
