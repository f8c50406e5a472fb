"""Users, groups, organizations and brands over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import answer
from integrations.sandbox.zendesk.api_bulk import ids_of
from integrations.sandbox.zendesk.api_tickets import included
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Named
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.serializers import named_json, organization_json, person_json

NOBODY: dict[str, Any] = {
    "id": None,
    "name": "Anonymous user",
    "email": "invalid@example.com",
    "role": "end-user",
    "tags": [],
}


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/users/me", me, query=frozenset({"include"}), anonymous=True)
    checks.add_route("GET", "/users/show_many", show_people, query=frozenset({"ids", "include"}))
    checks.add_route("GET", "/users/search", search_people, query=PAGING | {"query"})
    checks.add_route("GET", "/users/{id:int}", show_person, query=frozenset({"include"}))
    checks.add_route("GET", "/users", list_people, query=PAGING | {"role", "role[]"})
    checks.add_route("GET", "/groups/assignable", list_groups, query=PAGING)
    checks.add_route("GET", "/groups/{id:int}", show_group)
    checks.add_route("GET", "/groups", list_groups, query=PAGING | {"exclude_deleted"})
    checks.add_route("GET", "/organizations/{id:int}", show_organization)
    checks.add_route("GET", "/organizations", list_organizations, query=PAGING)
    checks.add_route("GET", "/brands", list_brands, query=PAGING)


def me(request: CheckedRequest) -> Response:
    """Without credentials: 200 with nobody, not 401. A health check must look at the id."""
    included(request, frozenset())
    if not request.user.id:
        return answer({"user": NOBODY})
    return answer({"user": person_json(request.state, request.user)})


def show_person(request: CheckedRequest) -> Response:
    included(request, frozenset())
    person = request.state.people.get(int(request.id))
    if person is None:
        raise not_found()
    return answer({"user": person_json(request.state, person)})


def show_people(request: CheckedRequest) -> Response:
    included(request, frozenset())
    people = [request.state.people[i] for i in ids_of(request.one("ids")) if i in request.state.people]
    return answer({"users": [person_json(request.state, person) for person in people], "count": len(people)})


def list_people(request: CheckedRequest) -> Response:
    roles = {value for name, value in request.http.query if name in {"role", "role[]"}}
    people = [person for person in request.state.people.values() if not roles or person.role in roles]
    return answer(page_of(request, "users", people, lambda person: person_json(request.state, person)))


def search_people(request: CheckedRequest) -> Response:
    wanted = request.one("query").removeprefix("email:").strip('" ').lower()
    people = [p for p in request.state.people.values() if wanted in p.name.lower() or wanted == (p.email or "").lower()]
    return answer(page_of(request, "users", people, lambda person: person_json(request.state, person)))


def show_group(request: CheckedRequest) -> Response:
    group = request.state.groups.get(int(request.id))
    if group is None:
        raise not_found()
    return answer({"group": named_json(request.state, "groups", group)})


def list_groups(request: CheckedRequest) -> Response:
    return answer(page_of(request, "groups", list(request.state.groups.values()), _show_named(request, "groups")))


def show_organization(request: CheckedRequest) -> Response:
    organization = request.state.organizations.get(int(request.id))
    if organization is None:
        raise not_found()
    return answer({"organization": organization_json(request.state, organization)})


def list_organizations(request: CheckedRequest) -> Response:
    known = list(request.state.organizations.values())
    return answer(page_of(request, "organizations", known, lambda one: organization_json(request.state, one)))


def list_brands(request: CheckedRequest) -> Response:
    return answer(page_of(request, "brands", list(request.state.brands.values()), _show_named(request, "brands")))


def _show_named(request: CheckedRequest, kind: str) -> Callable[[Named], dict[str, Any]]:
    def show(named: Named) -> dict[str, Any]:
        return named_json(request.state, kind, named)

    return show
