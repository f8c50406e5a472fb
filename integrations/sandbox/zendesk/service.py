"""The sandbox's Zendesk: its server, and the controls for whoever plays customers and advocates."""

from functools import partial

from integrations.sandbox.api import Json
from integrations.sandbox.clock import Clock
from integrations.sandbox.hooks import Hook, HookedService
from integrations.sandbox.zendesk import api_account, api_bulk, api_metrics, api_reading, api_tickets
from integrations.sandbox.zendesk.account_controls import AccountControls
from integrations.sandbox.zendesk.checks import RequestChecks
from integrations.sandbox.zendesk.controls import ZendeskControls
from integrations.sandbox.zendesk.limits import Limits
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.pages import page_routes
from integrations.sandbox.zendesk.refusals import unknown_endpoint
from integrations.sandbox.zendesk.setup import account_api, categories_api, fields_api, rules_api, webhooks_api
from integrations.sandbox.zendesk.setup.controls import SetupControls
from integrations.sandbox.zendesk.setup.sending import called
from integrations.sandbox.zendesk.state import ADVOCATE_ID, BOT_USER_ID, EMAIL, TOKEN, Reasons, State
from integrations.sandbox.zendesk.webhooks import WEBHOOK_SECRET, signed_headers, trigger_body


def path_of(raw: str) -> str:
    """Both spellings, with and without `.json`, are one address."""
    return raw.removesuffix(".json") if raw.startswith("/api/") else raw


class ZendeskSandbox(ZendeskControls, AccountControls, SetupControls, HookedService):
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
        self._state.send_test = self._send_test
        checks = RequestChecks(self._state, self.limits)
        for api in (api_tickets, api_bulk, api_account, api_reading, api_metrics):
            api.add_routes(checks)
        for api in (webhooks_api, rules_api, categories_api, fields_api, account_api):
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
        """Send the triggers' webhooks about the ticket as it is now, `times` times; the statuses (0: no answer)."""
        with self._state.lock:
            ticket = self._state.ticket(ticket_id)
            body = trigger_body(self._state, ticket, event, actor_id or ticket.requester_id)
            set_up = [*called(self._state, ticket, event, actor_id or ticket.requester_id)] * times
        sent = [self._send_test(webhook, text) for webhook, text in set_up]
        if sent and not self._hooks:
            return sent
        return sent + self._send(body, partial(signed_headers, self._state, body, secret), times)

    def _send_change(self, ticket: Ticket, event: str, actor_id: int) -> None:
        for webhook, body in called(self._state, ticket, event, actor_id):
            self.webhook_sender.send_later(
                webhook["endpoint"], body, self._signed(webhook, body), partial(self._invoked, webhook)
            )
        if self.auto_deliver:
            body = trigger_body(self._state, ticket, event, actor_id)
            self._send_later(body, partial(signed_headers, self._state, body, WEBHOOK_SECRET))

    def _send_test(self, webhook: Json, body: bytes) -> int:
        status = self.webhook_sender.send(webhook["endpoint"], body, self._signed(webhook, body))
        self._invoked(webhook, status)
        return status

    def _signed(self, webhook: Json, body: bytes) -> dict[str, str]:
        secret = self._state.account.secrets[webhook["id"]]
        return signed_headers(self._state, body, secret, Hook(0, webhook["endpoint"])) | {
            "X-Zendesk-Webhook-Id": webhook["id"]
        }

    def _invoked(self, webhook: Json, status: int) -> None:
        word = "success" if 200 <= status < 300 else "client error" if 400 <= status < 500 else "failed"
        row = {"id": str(self._state.new_id()), "webhook_id": webhook["id"], "status": word, "status_code": status}
        self._state.account.invocations.append({**row, "latest_completed_at": self._state.stamp()})
