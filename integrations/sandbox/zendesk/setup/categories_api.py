"""The categories of triggers over HTTP. There is no request for a single one."""

from typing import Final

from integrations.sandbox.api import Json, Refused, Result, answer
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.validators import check_keys

CATEGORY_KEYS: Final = frozenset({"name", "position"})


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/trigger_categories", list_categories, query=PAGING)
    checks.add_route("POST", "/trigger_categories", create_category)
    checks.add_route("PATCH", "/trigger_categories/{id}", change_category)
    checks.add_route("DELETE", "/trigger_categories/{id}", delete_category)


def list_categories(request: CheckedRequest) -> Json:
    _need_categories(request)
    return page_of(request, "trigger_categories", [*request.state.account.categories.values()], lambda raw: raw)


def create_category(request: CheckedRequest) -> Result:
    _need_categories(request)
    given = request.wrapped("trigger_category")
    check_keys("trigger_category", given, CATEGORY_KEYS)
    if not str(given.get("name") or "").strip():
        title = "Name cannot be blank"
        raise Refused(400, {"errors": [{"code": "InvalidTriggerCategory", "title": title}]}, "category")
    number, now = str(request.state.account.new_id()), request.state.stamp()
    raw = {
        "id": number,
        "name": given["name"],
        "position": given.get("position", 0),
        "created_at": now,
        "updated_at": now,
    }
    request.state.account.categories[number] = raw
    return answer({"trigger_category": raw}, 201)


def change_category(request: CheckedRequest) -> Json:
    raw = _one(request)
    raw.update(request.wrapped("trigger_category"), updated_at=request.state.stamp())
    return {"trigger_category": raw}


def delete_category(request: CheckedRequest) -> Result:
    _one(request)
    if any(one["category_id"] == request.id and one["active"] for one in request.state.account.triggers.values()):
        raise Refused(400, {"errors": [{"code": "TriggerCategoryInUse", "title": "It has active triggers"}]}, "in_use")
    del request.state.account.categories[request.id]
    return answer({}, 204)


def _need_categories(request: CheckedRequest) -> None:
    if not request.state.account.has_categories:
        title = "Trigger categories are not enabled"
        raise Refused(403, {"errors": [{"code": "TriggerCategoriesNotEnabled", "title": title}]}, "no_categories")


def _one(request: CheckedRequest) -> Json:
    found = request.state.account.categories.get(request.id)
    if found is None:
        raise not_found()
    return found
