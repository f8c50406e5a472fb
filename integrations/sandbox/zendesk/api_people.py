"""Users, groups, organizations and brands over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import answer
from integrations.sandbox.zendesk.api_bulk import ids_of
from integrations.sandbox.zendesk.api_tickets import included
from integrations.sandbox.zendesk.checks import PAGING, Asked, Door
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


def add_routes(door: Door) -> None:
    door.opens("GET", "/users/me", me, query=frozenset({"include"}), anonymous=True)
    door.opens("GET", "/users/show_many", show_people, query=frozenset({"ids", "include"}))
    door.opens("GET", "/users/search", search_people, query=PAGING | {"query"})
    door.opens("GET", "/users/{id:int}", show_person, query=frozenset({"include"}))
    door.opens("GET", "/users", list_people, query=PAGING | {"role", "role[]"})
    door.opens("GET", "/groups/assignable", list_groups, query=PAGING)
    door.opens("GET", "/groups/{id:int}", show_group)
    door.opens("GET", "/groups", list_groups, query=PAGING | {"exclude_deleted"})
    door.opens("GET", "/organizations/{id:int}", show_organization)
    door.opens("GET", "/organizations", list_organizations, query=PAGING)
    door.opens("GET", "/brands", list_brands, query=PAGING)


def me(asked: Asked) -> Response:
    """Without credentials: 200 with nobody, not 401. A health check must look at the id."""
    included(asked, frozenset())
    if not asked.user.id:
        return answer({"user": NOBODY})
    return answer({"user": person_json(asked.state, asked.user)})


def show_person(asked: Asked) -> Response:
    included(asked, frozenset())
    person = asked.state.people.get(int(asked.id))
    if person is None:
        raise not_found()
    return answer({"user": person_json(asked.state, person)})


def show_people(asked: Asked) -> Response:
    included(asked, frozenset())
    people = [asked.state.people[i] for i in ids_of(asked.one("ids")) if i in asked.state.people]
    return answer({"users": [person_json(asked.state, person) for person in people], "count": len(people)})


def list_people(asked: Asked) -> Response:
    roles = {value for name, value in asked.http.query if name in {"role", "role[]"}}
    people = [person for person in asked.state.people.values() if not roles or person.role in roles]
    return answer(page_of(asked, "users", people, lambda person: person_json(asked.state, person)))


def search_people(asked: Asked) -> Response:
    wanted = asked.one("query").removeprefix("email:").strip('" ').lower()
    people = [p for p in asked.state.people.values() if wanted in p.name.lower() or wanted == (p.email or "").lower()]
    return answer(page_of(asked, "users", people, lambda person: person_json(asked.state, person)))


def show_group(asked: Asked) -> Response:
    group = asked.state.groups.get(int(asked.id))
    if group is None:
        raise not_found()
    return answer({"group": named_json(asked.state, "groups", group)})


def list_groups(asked: Asked) -> Response:
    return answer(page_of(asked, "groups", list(asked.state.groups.values()), _show_named(asked, "groups")))


def show_organization(asked: Asked) -> Response:
    organization = asked.state.organizations.get(int(asked.id))
    if organization is None:
        raise not_found()
    return answer({"organization": organization_json(asked.state, organization)})


def list_organizations(asked: Asked) -> Response:
    known = list(asked.state.organizations.values())
    return answer(page_of(asked, "organizations", known, lambda one: organization_json(asked.state, one)))


def list_brands(asked: Asked) -> Response:
    return answer(page_of(asked, "brands", list(asked.state.brands.values()), _show_named(asked, "brands")))


def _show_named(asked: Asked, kind: str) -> Callable[[Named], dict[str, Any]]:
    def show(named: Named) -> dict[str, Any]:
        return named_json(asked.state, kind, named)

    return show
