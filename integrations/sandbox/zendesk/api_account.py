"""People and groups over HTTP."""

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Person
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.serializers import group_json, person_json

NOBODY: Json = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "tags": []}


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/users/me", me, anonymous=True)
    checks.add_route("GET", "/users/search", search_people, query={"query"})
    checks.add_route("GET", "/users/{id:int}", show_person)
    checks.add_route("GET", "/groups", list_groups, query=PAGING)


def me(request: CheckedRequest) -> Json:
    """Without credentials: 200 with nobody, not 401. A health check must look at the id."""
    return {"user": person_json(request.state, request.user) if request.user.id else NOBODY}


def show_person(request: CheckedRequest) -> Json:
    person = request.state.people.get(int(request.id))
    if person is None:
        raise not_found()
    return {"user": person_json(request.state, person)}


def search_people(request: CheckedRequest) -> Json:
    wanted = request.one("query").removeprefix("email:").strip('" ').lower()

    def matches(person: Person) -> bool:
        return wanted in person.name.lower() or wanted == (person.email or "").lower()

    found = [person for person in request.state.people.values() if matches(person)]
    return page_of(request, "users", found, lambda person: person_json(request.state, person))


def list_groups(request: CheckedRequest) -> Json:
    groups = [*request.state.groups.values()]
    return page_of(request, "groups", groups, lambda group: group_json(request.state, group))
