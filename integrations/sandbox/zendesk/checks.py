"""What every request to the Zendesk API passes: who asks, how often, and whether its parameters exist at all."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from integrations.sandbox.api import HttpRequest, route
from integrations.sandbox.zendesk.limits import Limits
from integrations.sandbox.zendesk.models import Person
from integrations.sandbox.zendesk.refusals import bad_request, not_authenticated, unknown_parameters
from integrations.sandbox.zendesk.state import BOT_USER_ID, EMAIL, TOKEN, State

PAGING = frozenset({"page[size]", "page[after]", "page[before]", "page", "per_page", "sort", "sort_order", "sort_by"})


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """An admitted request."""

    http: HttpRequest
    state: State
    limits: Limits
    user: Person

    @property
    def id(self) -> str:
        return str(self.http.at["id"])

    def one(self, name: str, default: str = "") -> str:
        return self.http.query_value(name, default)

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; raises Refused 400 for anything else."""
        try:
            given = json.loads(self.http.body or b"{}")
        except ValueError as error:
            raise bad_request("Unprocessable", "The request body is not JSON") from error
        if not isinstance(given, dict):
            raise bad_request("Unprocessable", "The request body is not a JSON object")
        return given

    def wrapped(self, name: str) -> dict[str, Any]:
        """`{"ticket": {...}}` -> what is inside; raises Refused 400 when there is anything beside it."""
        given = self.body()
        inside = given.get(name)
        if set(given) != {name} or not isinstance(inside, dict):
            raise bad_request("SandboxBody", f'The request body must be {{"{name}": {{...}}}}, nothing else')
        return inside


Serve = Callable[[CheckedRequest], Response]


class RequestChecks:
    def __init__(self, state: State, limits: Limits) -> None:
        self._state = state
        self._limits = limits
        self.routes: list[BaseRoute] = []

    def add_route(
        self, method: str, path: str, serve: Serve, *, query: frozenset[str] = frozenset(), anonymous: bool = False
    ) -> None:
        """Add a route under /api/v2; `query` names all parameters that it knows."""

        def admitted(http: HttpRequest) -> Response:
            with self._state.lock:
                user = self._who(http.headers)
                if user is None:
                    if not anonymous:
                        raise not_authenticated()
                    user = Person(0, "Anonymous user")
                http.answer_headers.update(self._limits.request(self._state.clock.now()))
                unknown = {name for name, _value in http.query if name not in query}
                if unknown:
                    raise unknown_parameters(unknown)
                return serve(CheckedRequest(http, self._state, self._limits, user))

        self.routes.append(route(method, f"/api/v2{path}", admitted))

    def _who(self, headers: Mapping[str, str]) -> Person | None:
        scheme, _space, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._state.person(BOT_USER_ID) if credentials == TOKEN else None
        if scheme.lower() != "basic":
            return None
        try:
            given = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._state.person(BOT_USER_ID) if given == f"{EMAIL}/token:{TOKEN}" else None
