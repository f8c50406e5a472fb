"""People and groups over HTTP."""

from integrations.sandbox.api import Json, Result, answer
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Named, Person
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import bad_request, invalid, not_found
from integrations.sandbox.zendesk.serializers import group_json, person_json
from integrations.sandbox.zendesk.validators import check_keys

PERSON_KEYS = frozenset({"name", "external_id", "skip_verify_email"})
NOBODY: Json = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "tags": []}


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/users/me", me, anonymous=True)
    checks.add_route("GET", "/users/search", search_people, query={"query"})
    checks.add_route("GET", "/users/{id:int}", show_person)
    checks.add_route("POST", "/users/create_or_update", create_or_update)
    checks.add_route("GET", "/groups", list_groups, query=PAGING)
    checks.add_route("POST", "/groups", create_group)
    checks.add_route("GET", "/groups/{id:int}/memberships", list_memberships, query=PAGING)


def me(request: CheckedRequest) -> Json:
    """Without credentials: 200 with nobody, not 401. A health check must look at the id."""
    return {"user": person_json(request.state, request.user) if request.user.id else NOBODY}


def show_person(request: CheckedRequest) -> Json:
    person = request.state.people.get(int(request.id))
    if person is None:
        raise not_found()
    return {"user": person_json(request.state, person)}


def create_or_update(request: CheckedRequest) -> Result:
    """By external id, without regard to case; 201 for somebody new. A name is all that somebody needs."""
    given = request.wrapped("user")
    check_keys("user", given, PERSON_KEYS)
    name, external_id = given.get("name"), given.get("external_id")
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "Name: is too short (minimum is one character)")
    if not isinstance(external_id, str) or not external_id:
        raise bad_request("SandboxNoExternalId", "the sandbox finds people by external_id only")
    state = request.state
    wanted = external_id.lower()
    known = next((one for one in state.people.values() if (one.external_id or "").lower() == wanted), None)
    person = known or Person(state.new_id(), name, created_at=state.stamp())
    person.name, person.external_id = name, external_id
    state.people[person.id] = person
    return answer({"user": person_json(state, person)}, 200 if known else 201)


def search_people(request: CheckedRequest) -> Json:
    wanted = request.one("query").removeprefix("email:").strip('" ').lower()

    def matches(person: Person) -> bool:
        return wanted in person.name.lower() or wanted == (person.email or "").lower()

    found = [person for person in request.state.people.values() if matches(person)]
    return page_of(request, "users", found, lambda person: person_json(request.state, person))


def create_group(request: CheckedRequest) -> Result:
    """Without members. Two may have one name."""
    given = request.wrapped("group")
    check_keys("group", given, frozenset({"name", "description"}))
    state = request.state
    group = Named(state.new_id(), str(given.get("name") or ""), state.stamp())
    if not group.name.strip():
        raise invalid("name", "Name: cannot be blank")
    state.groups[group.id] = group
    state.made_groups.add(group.id)
    return answer({"group": group_json(state, group)}, 201)


def list_memberships(request: CheckedRequest) -> Json:
    """Every member of staff is in every group, but in those that were made over the API."""
    group_id = int(request.id)
    if group_id not in request.state.groups:
        raise not_found()
    staff = [one for one in request.state.people.values() if one.is_staff and group_id not in request.state.made_groups]
    return page_of(request, "group_memberships", staff, lambda one: {"user_id": one.id, "group_id": group_id})


def list_groups(request: CheckedRequest) -> Json:
    groups = [*request.state.groups.values()]
    return page_of(request, "groups", groups, lambda group: group_json(request.state, group))
