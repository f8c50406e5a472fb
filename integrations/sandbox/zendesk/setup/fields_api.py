"""Ticket fields over HTTP."""

from collections.abc import Mapping
from typing import Any, Final

from integrations.sandbox.api import Json, Result, answer
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import TicketField
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import invalid, not_found
from integrations.sandbox.zendesk.serializers import field_json
from integrations.sandbox.zendesk.validators import check_keys

KEYS: Final = frozenset(
    {
        "type",
        "title",
        "description",
        "agent_description",
        "active",
        "custom_field_options",
        "required",
        "visible_in_portal",
    }
)


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/ticket_fields", show_all, query=PAGING)
    checks.add_route("POST", "/ticket_fields", create)
    checks.add_route("GET", "/ticket_fields/{id:int}", lambda request: {"ticket_field": _one(request)})
    checks.add_route("PUT", "/ticket_fields/{id:int}", change)
    checks.add_route("DELETE", "/ticket_fields/{id:int}", delete)


def show_all(request: CheckedRequest) -> Json:
    """Those that every account has, then the account's own. A ticket's `custom_fields` has only the latter."""
    state = request.state
    known = [one for one in (*state.system_fields, *state.fields.values()) if str(one.id) not in state.account.fields]
    rows = [*(field_json(state, one) for one in known), *state.account.fields.values()]
    return page_of(request, "ticket_fields", rows, lambda raw: raw)


def create(request: CheckedRequest) -> Result:
    given = request.wrapped("ticket_field")
    check_keys("ticket_field", given, KEYS)
    state = request.state
    number, now, title = state.account.new_id(), state.stamp(), str(given.get("title") or "")
    if not title.strip():
        raise invalid("title", "Title: cannot be blank")
    raw: Json = {
        "url": f"https://pod27.zendesk.com/api/v2/ticket_fields/{number}.json",
        "id": number,
        "type": given.get("type") or "text",
        "description": title,  # the first title, for ever
        "raw_description": title,
        "position": 9999,
        "active": True,
        "required": False,
        "collapsed_for_agents": False,
        "regexp_for_validation": None,
        "visible_in_portal": False,
        "editable_in_portal": False,
        "required_in_portal": False,
        "tag": None,
        "removable": True,
        "key": None,
        "agent_description": None,
        "created_at": now,
    }
    _write(request, raw, given)
    state.account.fields[str(number)] = raw
    state.fields[number] = TicketField(number, title)
    return answer({"ticket_field": raw}, 201)


def change(request: CheckedRequest) -> Json:
    """Another type is ignored. A dropped option takes its value from the tickets."""
    raw, given = _one(request), request.wrapped("ticket_field")
    check_keys("ticket_field", given, KEYS)
    before = {one["value"] for one in raw.get("custom_field_options", ())}
    _write(request, raw, {name: value for name, value in given.items() if name != "type"})
    gone = before - {one["value"] for one in raw.get("custom_field_options", ())}
    for ticket in request.state.tickets.values():
        if ticket.custom_fields.get(raw["id"]) in gone:
            ticket.custom_fields[raw["id"]] = None
    return {"ticket_field": raw}


def delete(request: CheckedRequest) -> Result:
    raw = _one(request)
    del request.state.account.fields[request.id]
    request.state.fields.pop(raw["id"], None)
    return answer({}, 204)


def _write(request: CheckedRequest, raw: Json, given: Mapping[str, Any]) -> None:
    raw.update({name: value for name, value in given.items() if name not in {"custom_field_options", "description"}})
    raw |= {"raw_title": raw["title"], "title_in_portal": raw["title"], "raw_title_in_portal": raw["title"]}
    raw["updated_at"] = request.state.stamp()
    if "custom_field_options" in given:
        known = {one["value"]: one["id"] for one in raw.get("custom_field_options", ())}
        raw["custom_field_options"] = [
            {
                "id": known.get(one["value"]) or request.state.account.new_id(),
                "name": one["name"],
                "raw_name": one["name"],
                "value": one["value"],
                "default": False,
            }
            for one in given["custom_field_options"]
        ]
    if raw["type"] == "tagger" and not raw.get("custom_field_options"):
        raise invalid("custom_field_options", "Custom field options: at least one is needed")


def _one(request: CheckedRequest) -> Json:
    found = request.state.account.fields.get(request.id)
    if found is None:
        raise not_found()
    return found
