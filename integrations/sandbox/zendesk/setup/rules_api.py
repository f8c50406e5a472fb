"""Triggers, views and macros over HTTP. What is sent is not what is read."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from integrations.sandbox.api import Json, Refused, Result, answer
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import invalid, not_found
from integrations.sandbox.zendesk.serializers import person_json
from integrations.sandbox.zendesk.setup.definitions import (
    macro_definitions,
    trigger_definitions,
    view_definitions,
)
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.validators import check_keys

TRIGGER_KEYS: Final = frozenset(
    {"title", "active", "description", "category_id", "conditions", "all", "any", "actions"}
)
VIEW_KEYS: Final = frozenset({"title", "active", "description", "all", "any", "output", "restriction"})
MACRO_KEYS: Final = frozenset({"title", "active", "description", "actions", "restriction"})
_DEFAULT_COLUMNS: Final = ["subject", "requester", "created", "updated", "group", "assignee"]
_NO_VALUE: Final = frozenset({"changed", "not_changed", "present", "not_present"})


def add_routes(checks: RequestChecks) -> None:
    for name, one, keys, shape in (
        ("triggers", "trigger", TRIGGER_KEYS, _trigger),
        ("views", "view", VIEW_KEYS, _view),
        ("macros", "macro", MACRO_KEYS, _macro),
    ):
        _add(checks, name, one, keys, shape)
    for name, said in (("triggers", trigger_definitions), ("views", view_definitions), ("macros", macro_definitions)):
        checks.add_route("GET", f"/{name}/definitions", _definitions(said))
    checks.add_route("GET", "/triggers/{id:int}/revisions", list_revisions, query=PAGING | {"include"})
    checks.add_route("GET", "/macros/actions", lambda request: macro_definitions(request.state))


def list_revisions(request: CheckedRequest) -> Json:
    """With `include=users` also who they were."""
    kept = request.state.account.revisions
    if kept is None:
        raise not_found()
    rows = kept.get(request.id, [])
    users = [person_json(request.state, request.state.person(int(row["author_id"]))) for row in rows]
    return {"trigger_revisions": rows[::-1], "users": users}


def _definitions(said: Callable[[State], dict[str, list[Json]]]) -> Callable[[CheckedRequest], Json]:
    return lambda request: {"definitions": said(request.state)}


Shape = Callable[[CheckedRequest, Json, Mapping[str, Any]], None]


def _add(checks: RequestChecks, name: str, one: str, keys: frozenset[str], shape: Shape) -> None:
    """Create, list, read, change and delete one kind."""

    def table(request: CheckedRequest) -> dict[str, Json]:
        return request.state.account.table(name)

    def show_all(request: CheckedRequest) -> Json:
        return page_of(request, name, [*table(request).values()], lambda raw: raw)

    def show(request: CheckedRequest) -> Json:
        return {one: _one(request, name)}

    def create(request: CheckedRequest) -> Result:
        given = request.wrapped(one)
        check_keys(one, given, keys)
        number, now = request.state.account.new_id(), request.state.stamp()
        raw: Json = {
            "url": f"https://pod27.zendesk.com/api/v2/{name}/{number}.json",  # another host than was asked
            "id": number,
            "title": "",
            "active": True,
            "default": False,
            "description": None,
            "position": 10000,
            "created_at": now,
            "updated_at": now,
        }
        shape(request, raw, given)
        table(request)[str(number)] = raw
        return answer({one: raw}, 201)

    def change(request: CheckedRequest) -> Json:
        raw, given = _one(request, name), request.wrapped(one)
        check_keys(one, given, keys)
        shape(request, raw, given)
        raw["updated_at"] = request.state.stamp()
        return {one: raw}

    def delete(request: CheckedRequest) -> Result:
        _one(request, name)
        del table(request)[request.id]
        return answer({}, 204)

    checks.add_route("GET", f"/{name}", show_all, query=PAGING)
    checks.add_route("POST", f"/{name}", create)
    # `/triggers/definitions` comes first: a number is asked for here.
    checks.add_route("GET", f"/{name}/{{id:int}}", show)
    checks.add_route("PUT", f"/{name}/{{id:int}}", change)
    checks.add_route("DELETE", f"/{name}/{{id:int}}", delete)


def _one(request: CheckedRequest, name: str) -> Json:
    found = request.state.account.table(name).get(request.id)
    if found is None:
        raise not_found()
    return found


def _common(raw: Json, given: Mapping[str, Any]) -> None:
    raw.update({name: given[name] for name in ("title", "active", "description") if name in given})
    if not str(raw["title"]).strip():
        raise invalid("title", "Title: cannot be blank")
    raw["raw_title"] = raw["title"]


def _trigger(request: CheckedRequest, raw: Json, given: Mapping[str, Any]) -> None:
    """With conditions or actions, what is not sent of both is cleared."""
    _common(raw, given)
    whole = "id" not in raw or "conditions" not in raw
    rows = given.get("conditions") or given
    if whole or {"all", "any", "conditions", "actions"} & given.keys():
        known = trigger_definitions(request.state)
        raw["conditions"] = {side: _conditions(rows.get(side) or [], known, side) for side in ("all", "any")}
        raw["actions"] = [_call(request, one) for one in given.get("actions") or []]
    if not raw["actions"]:
        raise invalid("actions", "Actions: a trigger needs at least one action")
    if not raw["conditions"]["all"] and not raw["conditions"]["any"]:
        raise invalid("base", "Invalid conditions. You must select at least one condition")
    categories = request.state.account.categories
    wanted = given.get("category_id", raw.get("category_id"))
    if wanted is not None and str(wanted) not in categories:
        raise Refused(400, {"errors": [{"code": "InvalidTriggerCategory", "title": "No such category"}]}, "category")
    raw["category_id"] = None if wanted is None else str(wanted)


def _view(request: CheckedRequest, raw: Json, given: Mapping[str, Any]) -> None:
    _common(raw, given)
    new = "conditions" not in raw
    if new or "all" in given or "any" in given:
        known = view_definitions(request.state)
        all_ = _conditions(given.get("all") or [], known, "all")
        if not {one["field"] for one in all_} & {"status", "type", "group_id", "assignee_id", "requester_id"}:
            raise invalid("base", "Views must check for at least one of status, type, group, assignee or requester")
        raw["conditions"] = {"all": all_, "any": _conditions(given.get("any") or [], known, "any")}
    if new or "output" in given:
        raw["execution"] = _execution(given.get("output") or {})
    if new or "restriction" in given:
        raw["restriction"] = _restriction(given.get("restriction"))
    raw.setdefault("watchable", True)


def _execution(output: Mapping[str, Any]) -> Json:
    names = output.get("columns") or _DEFAULT_COLUMNS
    for name in (output.get("sort_by"), output.get("group_by")):
        if name in {"subject", "description", "submitter", "custom_status_id"}:
            raise invalid("output", f"Output: cannot be sorted by {name}")
    columns = [
        {
            "id": int(one) if str(one).isdecimal() else one,
            "title": str(one).title(),
            "filterable": True,
            "sortable": True,
        }
        for one in names
    ]
    return {
        "group_by": output.get("group_by"),
        "group_order": output.get("group_order") or "desc",
        "sort_by": output.get("sort_by"),
        "sort_order": output.get("sort_order") or "desc",
        "group": {"id": output["group_by"], "order": "desc"} if output.get("group_by") else None,
        "sort": {"id": output["sort_by"], "order": "desc"} if output.get("sort_by") else None,
        "columns": columns,
        "fields": columns,
        "custom_fields": [],
    }


def _restriction(given: object) -> Json | None:
    if not isinstance(given, Mapping):
        return None
    ids = list(given.get("ids") or [given.get("id")])
    return {"type": given.get("type"), "id": ids[0], "ids": ids}


def _macro(request: CheckedRequest, raw: Json, given: Mapping[str, Any]) -> None:
    _common(raw, given)
    if "actions" in given or "actions" not in raw:
        fields = [str(one.get("field")) for one in given.get("actions") or []]
        if not fields:
            raise invalid("actions", "Actions: cannot be blank")
        if {"comment_value", "comment_value_html"} <= set(fields):
            raise invalid("base", "Only one comment is allowed")
        known = {one["subject"]: one for one in macro_definitions(request.state)["actions"]}
        for one in given["actions"]:
            field, value = str(one.get("field")), one.get("value")
            if field not in known and not field.startswith("custom_fields_"):
                raise invalid("actions", f"Actions: {field} is not an action")
            values = {each["value"] for each in known.get(field, {}).get("values", ())}
            if values and value not in values:
                raise invalid("base", f"{field} is invalid")
        raw["actions"] = [_macro_action(one) for one in given["actions"]]
    if "restriction" in given or "restriction" not in raw:
        raw["restriction"] = _restriction(given.get("restriction"))


def _macro_action(given: Mapping[str, Any]) -> Json:
    """HTML is written anew; the rest is kept as it came, blanks at its ends too."""
    value = given.get("value")
    if given.get("field") == "comment_value_html" and isinstance(value, str):
        value = value.replace("<br/>", "<br>").replace("&#39;", "'")
    return {"field": given.get("field"), "value": value}


def _call(request: CheckedRequest, given: Mapping[str, Any]) -> Json:
    known = {one["subject"] for one in trigger_definitions(request.state)["actions"]}
    if given.get("field") not in known:
        raise invalid("actions", f"Actions: {given.get('field')} is not an action")
    if given.get("field") == "notification_webhook":
        webhook_id = str((given.get("value") or [""])[0])
        if webhook_id not in request.state.account.webhooks:
            raise invalid("actions", "Actions: the webhook does not exist")
    return {"field": given.get("field"), "value": given.get("value")}


def _conditions(given: list[Mapping[str, Any]], definitions: Mapping[str, list[Json]], side: str) -> list[Json]:
    known = {one["subject"]: one for one in definitions[f"conditions_{side}"]}
    rows = []
    for one in given:
        field, operator, value = str(one.get("field")), str(one.get("operator")), one.get("value")
        if field not in known:
            raise invalid("conditions", f"Conditions: {field} is not a condition")
        if operator not in {each["value"] for each in known[field]["operators"]}:
            raise invalid("conditions", f"Conditions: {field} {operator} is not an operator")
        values = {str(each["value"]) for each in known[field]["values"]}
        if (
            operator not in _NO_VALUE
            and values
            and not {*map(str, value if isinstance(value, list) else [value])} <= values
        ):
            raise invalid("conditions", f"Conditions: {field} {value} is not available")
        if operator in _NO_VALUE:
            value = None
        elif value in ("true", "false"):
            value = value == "true"  # read back as JSON's own
        rows.append({"field": field, "operator": operator, "value": value})
    return rows
