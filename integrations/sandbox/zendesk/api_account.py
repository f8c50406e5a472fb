"""The account's lists over HTTP: fields, custom statuses, macros, webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.webhook_sender import Delivery
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.serializers import custom_status_json, field_json
from integrations.sandbox.zendesk.webhooks import WEBHOOK_SECRET


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the routes need to know of the service's webhooks."""

    subscribed: Callable[[], list[Webhook]]
    deliveries: Callable[[], list[Delivery]]


def add_routes(checks: RequestChecks, webhooks: Webhooks) -> None:
    checks.add_route("GET", "/ticket_fields", list_fields, query=PAGING)
    checks.add_route("GET", "/ticket_fields/{id:int}", show_field)
    checks.add_route(
        "GET", "/custom_statuses", list_statuses, query=frozenset({"active", "status_categories", "default"})
    )
    checks.add_route("GET", "/macros", list_macros, query=PAGING | {"active", "access"})
    filters = PAGING | {"filter[name_contains]", "filter[status]"}
    checks.add_route("GET", "/webhooks", lambda request: list_webhooks(request, webhooks), query=filters)
    checks.add_route("GET", "/webhooks/{id}", lambda request: show_webhook(request, webhooks))
    checks.add_route("GET", "/webhooks/{id}/signing_secret", lambda request: show_secret(request, webhooks))
    checks.add_route("GET", "/webhooks/{id}/invocations", lambda request: invocations(request, webhooks), query=filters)


def list_fields(request: CheckedRequest) -> Response:
    fields = list(request.state.fields.values())
    return answer(page_of(request, "ticket_fields", fields, lambda field: field_json(request.state, field)))


def show_field(request: CheckedRequest) -> Response:
    field = request.state.fields.get(int(request.id))
    if field is None:
        raise not_found()
    return answer({"ticket_field": field_json(request.state, field)})


def list_statuses(request: CheckedRequest) -> Response:
    categories = {name for name in request.one("status_categories").split(",") if name}
    known = [s for s in request.state.custom_statuses.values() if not categories or s.category in categories]
    return answer({"custom_statuses": [custom_status_json(status) for status in known]})


def list_macros(request: CheckedRequest) -> Response:
    wanted = request.one("active")
    macros = [macro for macro in request.state.macros if not wanted or str(macro["active"]).lower() == wanted]
    return answer(page_of(request, "macros", macros, dict))


def list_webhooks(request: CheckedRequest, webhooks: Webhooks) -> Response:
    return answer(page_of(request, "webhooks", webhooks.subscribed(), _webhook_json))


def show_webhook(request: CheckedRequest, webhooks: Webhooks) -> Response:
    return answer({"webhook": _webhook_json(_webhook(request, webhooks))})


def show_secret(request: CheckedRequest, webhooks: Webhooks) -> Response:
    _webhook(request, webhooks)
    return answer({"signing_secret": {"secret": WEBHOOK_SECRET, "algorithm": "SHA256"}})


def invocations(request: CheckedRequest, webhooks: Webhooks) -> Response:
    webhook = _webhook(request, webhooks)
    rows = [_invocation_json(sent) for sent in webhooks.deliveries() if sent.url == webhook.endpoint]
    wanted = request.one("filter[status]")
    return answer(page_of(request, "invocations", [row for row in rows if wanted in {"", row["status"]}], dict))


def _webhook(request: CheckedRequest, webhooks: Webhooks) -> Webhook:
    for known in webhooks.subscribed():
        if known.id == request.id:
            return known
    error = {"code": "WebhookNotFound", "title": "No such webhook", "id": request.id}
    raise Refused(404, {"errors": [error]}, "not_found")


def _webhook_json(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": "Pointsman",
        "description": "",
        "endpoint": webhook.endpoint,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
    }


def _invocation_json(sent: Delivery) -> dict[str, Any]:
    outcome = "timeout" if not sent.status else "success" if sent.status < 300 else "failed"
    code = {"status_code": sent.status} if sent.status else {}
    return {"id": sent.headers["X-Zendesk-Webhook-Invocation-Id"], "status": outcome} | code
