"""The account's lists over HTTP: users, groups, organizations, brands, fields, statuses, macros."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.api_bulk import ids_of
from integrations.sandbox.zendesk.api_tickets import included
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.serializers import (
    brand_json,
    custom_status_json,
    field_json,
    group_json,
    organization_json,
    person_json,
)
from integrations.sandbox.zendesk.state import State

NOBODY: Json = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "tags": []}


@dataclass(frozen=True, slots=True)
class Records:
    """Records that can be listed, and read by id."""

    name: str
    items: Callable[[State], Mapping[int, Any]]
    show: Callable[[State, Any], Json]

    def all(self, request: CheckedRequest) -> Json:
        return self.page(request, [*self.items(request.state).values()])

    def page(self, request: CheckedRequest, items: list[Any]) -> Json:
        return page_of(request, self.name, items, lambda item: self.show(request.state, item))

    def one(self, request: CheckedRequest) -> Json:
        item = self.items(request.state).get(int(request.id))
        if item is None:
            raise not_found()
        return {self.name.removesuffix("s"): self.show(request.state, item)}


USERS = Records("users", lambda state: state.people, person_json)
GROUPS = Records("groups", lambda state: state.groups, group_json)
ORGANIZATIONS = Records("organizations", lambda state: state.organizations, organization_json)
BRANDS = Records("brands", lambda state: state.brands, brand_json)
FIELDS = Records("ticket_fields", lambda state: state.fields, field_json)


def add_routes(checks: RequestChecks) -> None:
    get = "GET"
    checks.add_route(get, "/users/me", me, query={"include"}, anonymous=True)
    checks.add_route(get, "/users/show_many", show_people, query={"ids", "include"})
    checks.add_route(get, "/users/search", search_people, query=PAGING | {"query"})
    checks.add_route(get, "/users/{id:int}", show_person, query={"include"})
    checks.add_route(get, "/users", list_people, query=PAGING | {"role", "role[]"})
    checks.add_route(get, "/groups/assignable", GROUPS.all, query=PAGING)
    checks.add_route(get, "/groups/{id:int}", GROUPS.one)
    checks.add_route(get, "/groups", GROUPS.all, query=PAGING | {"exclude_deleted"})
    checks.add_route(get, "/organizations/{id:int}", ORGANIZATIONS.one)
    checks.add_route(get, "/organizations", ORGANIZATIONS.all, query=PAGING)
    checks.add_route(get, "/brands", BRANDS.all, query=PAGING)
    checks.add_route(get, "/ticket_fields", FIELDS.all, query=PAGING)
    checks.add_route(get, "/ticket_fields/{id:int}", FIELDS.one)
    checks.add_route(get, "/custom_statuses", list_statuses, query={"active", "status_categories", "default"})
    checks.add_route(get, "/macros", list_macros, query=PAGING | {"active", "access"})


def me(request: CheckedRequest) -> Json:
    """Without credentials: 200 with nobody, not 401. A health check must look at the id."""
    included(request, frozenset())
    return {"user": person_json(request.state, request.user) if request.user.id else NOBODY}


def show_person(request: CheckedRequest) -> Json:
    included(request, frozenset())
    return USERS.one(request)


def show_people(request: CheckedRequest) -> Json:
    included(request, frozenset())
    people = [request.state.people[i] for i in ids_of(request.one("ids")) if i in request.state.people]
    return {"users": [person_json(request.state, person) for person in people], "count": len(people)}


def list_people(request: CheckedRequest) -> Json:
    roles = {value for name, value in request.http.query if name in {"role", "role[]"}}
    return USERS.page(request, [p for p in request.state.people.values() if not roles or p.role in roles])


def search_people(request: CheckedRequest) -> Json:
    wanted = request.one("query").removeprefix("email:").strip('" ').lower()
    people = request.state.people.values()
    return USERS.page(request, [p for p in people if wanted in p.name.lower() or wanted == (p.email or "").lower()])


def list_statuses(request: CheckedRequest) -> Json:
    categories = {name for name in request.one("status_categories").split(",") if name}
    known = [s for s in request.state.custom_statuses.values() if not categories or s.category in categories]
    return {"custom_statuses": [custom_status_json(status) for status in known]}


def list_macros(request: CheckedRequest) -> Json:
    wanted = request.one("active")
    macros = [macro for macro in request.state.macros if not wanted or str(macro["active"]).lower() == wanted]
    return page_of(request, "macros", macros, dict)
