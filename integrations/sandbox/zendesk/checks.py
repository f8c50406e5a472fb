"""What every request to the Zendesk API passes: who asks, how often, and whether its parameters exist at all."""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.routing import BaseRoute

from integrations.sandbox.api import HttpRequest, Json, Refused, Result, json_object, route
from integrations.sandbox.zendesk.limits import Limits
from integrations.sandbox.zendesk.models import Person
from integrations.sandbox.zendesk.refusals import bad_request, not_authenticated, unknown_parameters
from integrations.sandbox.zendesk.state import BOT_USER_ID, EMAIL, TOKEN, State
from integrations.sandbox.zendesk.translations import in_language

PAGING = frozenset({"page[size]", "page[after]", "page", "per_page", "sort"})


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    http: HttpRequest
    state: State
    limits: Limits
    user: Person

    @property
    def id(self) -> str:
        return str(self.http.at["id"])

    def one(self, name: str) -> str:
        """A query parameter; empty when it was not sent."""
        return self.http.query_value(name)

    def body(self) -> Json:
        """The JSON object that was sent; raises Refused 400 for anything else."""
        given = json_object(self.http.body or b"{}")
        if given is None:
            raise bad_request("Unprocessable", "The request body is not a JSON object")
        return given

    def wrapped(self, name: str) -> Json:
        """`{"ticket": {...}}` -> what is inside; raises Refused 400 when there is anything beside it."""
        given = self.body()
        inside = given.get(name)
        if set(given) != {name} or not isinstance(inside, dict):
            raise bad_request("SandboxBody", f'The request body must be {{"{name}": {{...}}}}, nothing else')
        return inside


Endpoint = Callable[[CheckedRequest], Result]


class RequestChecks:
    def __init__(self, state: State, limits: Limits) -> None:
        self._state = state
        self._limits = limits
        self.routes: list[BaseRoute] = []

    def add_route(
        self, method: str, path: str, endpoint: Endpoint, *, query: Iterable[str] = (), anonymous: bool = False
    ) -> None:
        """Add a route under /api/v2; `query` names all parameters that it knows."""
        known = frozenset(query)

        def checked(http: HttpRequest) -> Result:
            user = self._user(http.headers)
            if user is None:
                if not anonymous:
                    raise not_authenticated()
                user = Person(0, "Anonymous user")
            http.answer_headers.update(self._limits.request(self._state.clock.now()))
            unknown = {name for name, _value in http.query} - known
            if unknown:
                raise unknown_parameters(unknown)
            return endpoint(CheckedRequest(http, self._state, self._limits, user))

        def spoken(http: HttpRequest) -> Result:
            with self._state.lock:
                try:
                    return checked(http)
                except Refused as refused:
                    refused.body = in_language(self._state.language, refused.body)
                    raise

        self.routes.append(route(method, f"/api/v2{path}", spoken))

    def _user(self, headers: Mapping[str, str]) -> Person | None:
        scheme, _space, credentials = headers.get("authorization", "").partition(" ")
        expected = {"bearer": TOKEN.encode(), "basic": f"{EMAIL}/token:{TOKEN}".encode()}
        given = credentials.encode()
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(credentials, validate=True)
            except ValueError:
                return None
        return self._state.person(BOT_USER_ID) if given == expected.get(scheme.lower()) else None
