"""What every request to the GitLab API passes: token, limits, and whether its parameters exist at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from starlette.routing import BaseRoute

from integrations.sandbox.api import HttpRequest, Json, Result, json_object, route
from integrations.sandbox.gitlab.limits import Limits
from integrations.sandbox.gitlab.models import BOT_USER_ID, Issue, Project
from integrations.sandbox.gitlab.refusals import bad_value, missing, moved, unauthorized, unknown_parameters
from integrations.sandbox.gitlab.state import TOKEN, State

PAGING = frozenset({"page", "per_page", "pagination", "cursor", "order_by", "sort"})
_FLAGS = {"true": True, "1": True, "t": True, "on": True, "false": False, "0": False, "f": False, "off": False}


@dataclass
class CheckedRequest:
    """Parameters come from the query and from a JSON body alike, as in GitLab."""

    http: HttpRequest
    state: State
    limits: Limits
    actor_id: int = BOT_USER_ID

    @cached_property
    def project(self) -> Project:
        """Raises Refused 404; for a former path 301, or 405 when more than reading is wanted."""
        key = str(self.http.at["project"])
        found = self.state.readable_project(key)
        path = unquote(key)
        if not path.isdecimal() and path.lower() != found.path.lower():
            by_id = self.http.path.replace(f"/projects/{key}", f"/projects/{found.id}", 1)
            query = f"?{self.http.query_string}" if self.http.query_string else ""
            raise moved(self.http.method, f"{self.state.url}{by_id}{query}")
        return found

    @property
    def access_level(self) -> int:
        return self.project.members.get(self.actor_id, 0)

    @cached_property
    def issue(self) -> Issue:
        """Raises Refused 404."""
        return self.state.readable_issue(self.project, self.http.at["iid"])

    @cached_property
    def given(self) -> Json:
        """Every parameter by its name without `[]`; those with `[]` are lists. Raises Refused 400 for a broken body."""
        given: Json = {}
        body = json_object(self.http.body or b"{}")
        if body is None:
            raise bad_value("message body does not match declared format")
        for key, value in [*self.http.query, *body.items()]:
            name = key.removesuffix("[]")
            if key.endswith("[]"):
                given.setdefault(name, []).append(value)
            else:
                given[name] = value
        return given

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise bad_value(f"{name} is invalid")
        return str(value)

    def needed(self, name: str) -> str:
        """Raises Refused 400 when it was not sent."""
        if name not in self.given:
            raise missing(name)
        return self.text(name)

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise bad_value(f"{name} does not have a valid value")
        return value

    def flag(self, name: str) -> bool:
        """False when it was not sent."""
        value = str(self.given.get(name, "false")).lower()
        if value not in _FLAGS:
            raise bad_value(f"{name} is invalid")
        return _FLAGS[value]

    def names(self, name: str) -> list[str]:
        """A list, or a string with commas; empty when it was not sent."""
        value = self.given.get(name)
        items = value if isinstance(value, list) else str(value or "").split(",")
        return [str(item).strip() for item in items if str(item).strip()]


Endpoint = Callable[[CheckedRequest], Result]


class RequestChecks:
    def __init__(self, state: State, limits: Limits) -> None:
        self._state = state
        self._limits = limits
        self.routes: list[BaseRoute] = []

    def add_route(
        self, method: str, path: str, endpoint: Endpoint, *, known: Iterable[str] = (), root: str = "/api/v4"
    ) -> None:
        """Add a route; `known` names all parameters that it has, without `[]`."""
        parameters = frozenset(known)

        def checked(http: HttpRequest) -> Result:
            with self._state.lock:
                if _token(http.headers) != TOKEN:
                    raise unauthorized()
                http.answer_headers.update(self._limits.request(self._state.now()))
                request = CheckedRequest(http, self._state, self._limits)
                unknown = request.given.keys() - parameters
                if unknown:
                    raise unknown_parameters(unknown)
                return endpoint(request)

        self.routes.append(route(method, f"{root}{path}", checked))


def _token(headers: Mapping[str, str]) -> str:
    if "private-token" in headers:
        return headers["private-token"]
    scheme, _space, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
