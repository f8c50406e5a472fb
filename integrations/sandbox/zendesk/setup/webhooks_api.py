"""Webhooks over HTTP. Their secrets are never in what is read; a change answers 204, without a body."""

import secrets
from typing import Any, Final

from integrations.sandbox.api import Json, Refused, Result, answer, json_object
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.validators import check_keys

KEYS: Final = frozenset(
    {
        "name",
        "description",
        "endpoint",
        "http_method",
        "request_format",
        "status",
        "subscriptions",
        "authentication",
        "custom_headers",
    }
)
NEEDED: Final = ("name", "endpoint", "http_method", "request_format", "status")


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/webhooks", show_all, query=PAGING)
    checks.add_route("POST", "/webhooks", create)
    checks.add_route("POST", "/webhooks/test", test, query={"webhook_id"})
    checks.add_route("GET", "/webhooks/{id}", lambda request: {"webhook": _shown(_one(request))})
    checks.add_route("PATCH", "/webhooks/{id}", change)
    checks.add_route("PUT", "/webhooks/{id}", replace)
    checks.add_route("DELETE", "/webhooks/{id}", delete)
    checks.add_route("GET", "/webhooks/{id}/signing_secret", show_secret)
    checks.add_route("GET", "/webhooks/{id}/invocations", show_invocations, query=PAGING | {"filter[status]"})


def show_all(request: CheckedRequest) -> Json:
    return page_of(request, "webhooks", [*request.state.account.webhooks.values()], _shown)


def create(request: CheckedRequest) -> Result:
    given = request.wrapped("webhook")
    check_keys("webhook", given, KEYS)
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        raise _invalid(f"{missing[0]} is missing")
    account = request.state.account
    number = account.new_webhook_id()
    raw: Json = {"id": number, "description": "", **given}
    raw |= {"created_at": request.state.stamp().replace("Z", ".123456789Z"), "created_by": str(request.user.id)}
    account.webhooks[number] = raw
    account.secrets[number] = secrets.token_urlsafe(42)
    return answer({"webhook": _shown(raw)}, 201)


def change(request: CheckedRequest) -> Result:
    raw, given = _one(request), request.wrapped("webhook")
    check_keys("webhook", given, KEYS)
    if "subscriptions" in given and given["subscriptions"] != raw.get("subscriptions"):
        raise _invalid("subscriptions cannot be changed")
    _update(request, raw, given)
    return answer({}, 204)


def replace(request: CheckedRequest) -> Result:
    """All that is not sent is gone."""
    raw, given = _one(request), request.wrapped("webhook")
    check_keys("webhook", given, KEYS)
    for name in KEYS - given.keys():
        raw.pop(name, None)
    _update(request, raw, given)
    return answer({}, 204)


def delete(request: CheckedRequest) -> Result:
    raw = _one(request)
    called = {
        str(value[0]) for one in request.state.account.triggers.values() if one["active"] for value in _calls(one)
    }
    if raw["id"] in called:
        raise _invalid("the webhook is used by an active trigger")
    del request.state.account.webhooks[raw["id"]]
    return answer({}, 204)


def show_secret(request: CheckedRequest) -> Json:
    secret = request.state.account.secrets[_one(request)["id"]]
    return {"signing_secret": {"algorithm": "SHA256", "secret": secret}}


def show_invocations(request: CheckedRequest) -> Json:
    raw = _one(request)
    rows = [one for one in request.state.account.invocations if one["webhook_id"] == raw["id"]]
    return page_of(request, "invocations", rows[::-1], lambda one: one)


def test(request: CheckedRequest) -> Result:
    """Sends what the body says, with the stored address and secret."""
    raw = request.state.account.webhooks.get(request.one("webhook_id"))
    if raw is None:
        raise _not_found()
    given = (json_object(request.http.body or b"{}") or {}).get("request", {})
    status = request.state.send_test(raw, str(given.get("payload", "{}")).encode())
    return {"response": {"status_code": status, "headers": [], "payload": ""}}


def _calls(trigger: Json) -> list[Any]:
    return [one["value"] for one in trigger["actions"] if one["field"] == "notification_webhook"]


def _update(request: CheckedRequest, raw: Json, given: Json) -> None:
    """A header that is sent as null goes."""
    headers = {**raw.get("custom_headers", {}), **given.get("custom_headers", {})}
    raw |= {**given, "custom_headers": {name: value for name, value in headers.items() if value is not None}}
    raw |= {"updated_at": request.state.stamp(), "updated_by": str(request.user.id)}


def _one(request: CheckedRequest) -> Json:
    found = request.state.account.webhooks.get(request.id)
    if found is None:
        raise _not_found()
    return found


def _shown(raw: Json) -> Json:
    shown = {name: value for name, value in raw.items() if name != "authentication"}
    given = raw.get("authentication")
    if given:
        kept = {"username": given.get("data", {}).get("username")} if given.get("type") == "basic_auth" else None
        place = {"add_position": given["add_position"]} if "add_position" in given else {}
        shown["authentication"] = {"type": given.get("type"), **place, **({"data": kept} if kept else {})}
    return shown


def _not_found() -> Refused:
    return Refused(404, {"errors": [{"code": "WebhookNotFound", "title": "Webhook not found"}]}, "not_found")


def _invalid(why: str) -> Refused:
    return Refused(400, {"errors": [{"code": "InvalidWebhook", "title": why}]}, "invalid_webhook")
