"""The account's lists over HTTP: fields, custom statuses, macros, webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.webhook_sender import Delivery
from integrations.sandbox.zendesk.checks import PAGING, Asked, Door
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


def add_routes(door: Door, webhooks: Webhooks) -> None:
    door.opens("GET", "/ticket_fields", list_fields, query=PAGING)
    door.opens("GET", "/ticket_fields/{id:int}", show_field)
    door.opens("GET", "/custom_statuses", list_statuses, query=frozenset({"active", "status_categories", "default"}))
    door.opens("GET", "/macros", list_macros, query=PAGING | {"active", "access"})
    filters = PAGING | {"filter[name_contains]", "filter[status]"}
    door.opens("GET", "/webhooks", lambda asked: list_webhooks(asked, webhooks), query=filters)
    door.opens("GET", "/webhooks/{id}", lambda asked: show_webhook(asked, webhooks))
    door.opens("GET", "/webhooks/{id}/signing_secret", lambda asked: show_secret(asked, webhooks))
    door.opens("GET", "/webhooks/{id}/invocations", lambda asked: invocations(asked, webhooks), query=filters)


def list_fields(asked: Asked) -> Response:
    fields = list(asked.state.fields.values())
    return answer(page_of(asked, "ticket_fields", fields, lambda field: field_json(asked.state, field)))


def show_field(asked: Asked) -> Response:
    field = asked.state.fields.get(int(asked.id))
    if field is None:
        raise not_found()
    return answer({"ticket_field": field_json(asked.state, field)})


def list_statuses(asked: Asked) -> Response:
    categories = {name for name in asked.one("status_categories").split(",") if name}
    known = [s for s in asked.state.custom_statuses.values() if not categories or s.category in categories]
    return answer({"custom_statuses": [custom_status_json(status) for status in known]})


def list_macros(asked: Asked) -> Response:
    wanted = asked.one("active")
    macros = [macro for macro in asked.state.macros if not wanted or str(macro["active"]).lower() == wanted]
    return answer(page_of(asked, "macros", macros, dict))


def list_webhooks(asked: Asked, webhooks: Webhooks) -> Response:
    return answer(page_of(asked, "webhooks", webhooks.subscribed(), _webhook_json))


def show_webhook(asked: Asked, webhooks: Webhooks) -> Response:
    return answer({"webhook": _webhook_json(_webhook(asked, webhooks))})


def show_secret(asked: Asked, webhooks: Webhooks) -> Response:
    _webhook(asked, webhooks)
    return answer({"signing_secret": {"secret": WEBHOOK_SECRET, "algorithm": "SHA256"}})


def invocations(asked: Asked, webhooks: Webhooks) -> Response:
    webhook = _webhook(asked, webhooks)
    rows = [_invocation_json(sent) for sent in webhooks.deliveries() if sent.url == webhook.endpoint]
    wanted = asked.one("filter[status]")
    return answer(page_of(asked, "invocations", [row for row in rows if wanted in {"", row["status"]}], dict))


def _webhook(asked: Asked, webhooks: Webhooks) -> Webhook:
    for known in webhooks.subscribed():
        if known.id == asked.id:
            return known
    error = {"code": "WebhookNotFound", "title": "No such webhook", "id": asked.id}
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
