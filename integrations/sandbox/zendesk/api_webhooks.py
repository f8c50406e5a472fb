"""The account's webhooks over HTTP, with what was sent to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.api import Json, Refused
from integrations.sandbox.webhook_sender import Delivery
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.webhooks import WEBHOOK_SECRET


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class WebhookEndpoints:
    subscribed: list[Webhook]
    deliveries: Callable[[], list[Delivery]]

    def add_routes(self, checks: RequestChecks) -> None:
        filters = PAGING | {"filter[name_contains]", "filter[status]"}
        checks.add_route("GET", "/webhooks", self.list_webhooks, query=filters)
        checks.add_route("GET", "/webhooks/{id}", lambda request: {"webhook": _webhook_json(self._webhook(request))})
        checks.add_route("GET", "/webhooks/{id}/signing_secret", self.show_secret)
        checks.add_route("GET", "/webhooks/{id}/invocations", self.invocations, query=filters)

    def list_webhooks(self, request: CheckedRequest) -> Json:
        return page_of(request, "webhooks", self.subscribed, _webhook_json)

    def show_secret(self, request: CheckedRequest) -> Json:
        self._webhook(request)
        return {"signing_secret": {"secret": WEBHOOK_SECRET, "algorithm": "SHA256"}}

    def invocations(self, request: CheckedRequest) -> Json:
        webhook = self._webhook(request)
        rows = [_invocation_json(sent) for sent in self.deliveries() if sent.url == webhook.endpoint]
        wanted = request.one("filter[status]")
        return page_of(request, "invocations", [row for row in rows if wanted in {"", row["status"]}], dict)

    def _webhook(self, request: CheckedRequest) -> Webhook:
        for known in self.subscribed:
            if known.id == request.id:
                return known
        error = {"code": "WebhookNotFound", "title": "No such webhook", "id": request.id}
        raise Refused(404, {"errors": [error]}, "not_found")


def _webhook_json(webhook: Webhook) -> Json:
    rest = {"http_method": "POST", "request_format": "json", "status": "active", "description": ""}
    own = {"id": webhook.id, "name": "Pointsman", "endpoint": webhook.endpoint}
    return own | rest | {"subscriptions": ["conditional_ticket_events"]}


def _invocation_json(sent: Delivery) -> Json:
    outcome = "timeout" if not sent.status else "success" if sent.status < 300 else "failed"
    code = {"status_code": sent.status} if sent.status else {}
    return {"id": sent.headers["X-Zendesk-Webhook-Invocation-Id"], "status": outcome} | code
