"""The sandbox's Zendesk: its server, and the controls for whoever plays customers and advocates."""

from typing import Any

from integrations.sandbox.clock import Clock
from integrations.sandbox.service import Service
from integrations.sandbox.zendesk import api_account, api_bulk, api_reading, api_tickets
from integrations.sandbox.zendesk.checks import RequestChecks
from integrations.sandbox.zendesk.controls import ZendeskControls
from integrations.sandbox.zendesk.limits import Limits
from integrations.sandbox.zendesk.models import Person, Ticket
from integrations.sandbox.zendesk.pages import page_routes
from integrations.sandbox.zendesk.refusals import unknown_endpoint
from integrations.sandbox.zendesk.state import ADVOCATE_ID, BOT_USER_ID, EMAIL, TOKEN, State
from integrations.sandbox.zendesk.webhooks import WEBHOOK_SECRET, Webhook, event_body, signed_headers, trigger_body


def path_of(raw: str) -> str:
    """Both spellings, with and without `.json`, are one address."""
    return raw.removesuffix(".json") if raw.startswith("/api/") else raw


class ZendeskSandbox(ZendeskControls, Service):
    email = EMAIL
    token = TOKEN
    webhook_secret = WEBHOOK_SECRET
    bot_user_id = BOT_USER_ID
    advocate_id = ADVOCATE_ID
    """A person who works on tickets in Zendesk itself."""

    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("zendesk", clock, port, counted="/api/", path_of=path_of)
        self.limits = Limits()
        self.auto_deliver = False
        self._state = State(clock, self.url)
        self._state.on_change = self._send_change
        self._webhooks: list[Webhook] = []
        checks = RequestChecks(self._state, self.limits)
        for api in (api_tickets, api_bulk, api_account, api_reading):
            api.add_routes(checks)
        self.add_routes(checks.routes, page_routes(self._state), unknown_endpoint())

    def subscribe(self, endpoint_url: str) -> None:
        """From now on webhooks go there (also)."""
        if all(webhook.endpoint != endpoint_url for webhook in self._webhooks):
            self._webhooks.append(Webhook(f"01HSANDB0X{self._state.new_id():016d}", endpoint_url))

    def unsubscribe(self) -> None:
        """No webhooks to anybody any more."""
        self._webhooks.clear()

    def deliver(
        self,
        ticket_id: int,
        event: str = "ticket.created",
        actor_id: int | None = None,
        times: int = 1,
        secret: str = WEBHOOK_SECRET,
    ) -> list[int]:
        """Send a trigger's webhook about the ticket as it is now, `times` times; the statuses (0: no answer)."""
        with self._state.lock:
            ticket, actor = self._ticket_and_actor(ticket_id, actor_id)
            body = trigger_body(self._state, ticket, event, actor)
        return self._send(body, times, secret)

    def deliver_event(
        self,
        ticket_id: int,
        kind: str = "ticket.created",
        actor_id: int | None = None,
        times: int = 1,
        event: dict[str, Any] | None = None,
    ) -> list[int]:
        """The same for an event subscription: `kind` is what follows `zen:event-type:`."""
        with self._state.lock:
            ticket, actor = self._ticket_and_actor(ticket_id, actor_id)
            body = event_body(self._state, ticket, kind, actor, event)
        return self._send(body, times, WEBHOOK_SECRET)

    def _ticket_and_actor(self, ticket_id: int, actor_id: int | None) -> tuple[Ticket, Person]:
        ticket = self._state.ticket(ticket_id)
        return ticket, self._state.person(actor_id or ticket.requester_id)

    def _send(self, body: bytes, times: int, secret: str) -> list[int]:
        if not self._webhooks:
            raise ValueError("nobody subscribed: call subscribe(endpoint_url) first")
        statuses = []
        for _attempt in range(times):
            for webhook in self._webhooks:
                headers = signed_headers(self._state, body, webhook_id=webhook.id, secret=secret)
                statuses.append(self.webhook_sender.send(webhook.endpoint, body, headers))
        return statuses

    def _send_change(self, ticket: Ticket, event: str, actor_id: int) -> None:
        if not self.auto_deliver:
            return
        body = trigger_body(self._state, ticket, event, self._state.person(actor_id))
        for webhook in self._webhooks:
            headers = signed_headers(self._state, body, webhook_id=webhook.id)
            self.webhook_sender.send_later(webhook.endpoint, body, headers)
