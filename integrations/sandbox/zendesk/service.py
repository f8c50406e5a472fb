"""The sandbox's Zendesk: its server, and the controls for whoever plays customers and advocates."""

from functools import partial

from integrations.sandbox.clock import Clock
from integrations.sandbox.hooks import HookedService
from integrations.sandbox.zendesk import api_account, api_bulk, api_reading, api_tickets
from integrations.sandbox.zendesk.account_controls import AccountControls
from integrations.sandbox.zendesk.checks import RequestChecks
from integrations.sandbox.zendesk.controls import ZendeskControls
from integrations.sandbox.zendesk.limits import Limits
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.pages import page_routes
from integrations.sandbox.zendesk.refusals import unknown_endpoint
from integrations.sandbox.zendesk.state import ADVOCATE_ID, BOT_USER_ID, EMAIL, TOKEN, Reasons, State
from integrations.sandbox.zendesk.webhooks import WEBHOOK_SECRET, signed_headers, trigger_body


def path_of(raw: str) -> str:
    """Both spellings, with and without `.json`, are one address."""
    return raw.removesuffix(".json") if raw.startswith("/api/") else raw


class ZendeskSandbox(ZendeskControls, AccountControls, HookedService):
    email = EMAIL
    token = TOKEN
    webhook_secret = WEBHOOK_SECRET
    bot_user_id = BOT_USER_ID
    advocate_id = ADVOCATE_ID
    """A person who works on tickets in Zendesk itself."""

    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("zendesk", clock, port, path_of=path_of)
        self.limits = Limits()
        self._state = State(clock, self.url)
        self._state.on_change = self._send_change
        checks = RequestChecks(self._state, self.limits)
        for api in (api_tickets, api_bulk, api_account, api_reading):
            api.add_routes(checks)
        self.add_routes(checks.routes, page_routes(self._state, self), unknown_endpoint())

    @property
    def reasons(self) -> Reasons:
        """Asked by a ticket's page."""
        return self._state.reasons

    @reasons.setter
    def reasons(self, reasons: Reasons) -> None:
        self._state.reasons = reasons

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
            ticket = self._state.ticket(ticket_id)
            body = trigger_body(self._state, ticket, event, actor_id or ticket.requester_id)
        return self._send(body, partial(signed_headers, self._state, body, secret), times)

    def _send_change(self, ticket: Ticket, event: str, actor_id: int) -> None:
        if self.auto_deliver:
            body = trigger_body(self._state, ticket, event, actor_id)
            self._send_later(body, partial(signed_headers, self._state, body, WEBHOOK_SECRET))
