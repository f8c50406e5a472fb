"""What the services' HTTP interfaces share: routes to plain functions, refused requests, JSON answers."""

import json
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Json = dict[str, Any]


def picked(item: object, names: str, stamp: Callable[[datetime], str] | None = None) -> Json:
    """These attributes (names with blanks between them): moments stamped, lists and mappings copied."""
    values = {name: getattr(item, name) for name in names.split()}
    return {n: stamp(v) if stamp and isinstance(v, datetime) else copy(v) for n, v in values.items()}


class Refused(Exception):
    """The service says no: the answer it gives. `reason` names the rule."""

    def __init__(self, status: int, body: Json | str, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.body = body
        self.reason = reason
        self.headers = dict(headers or {})

    def response(self) -> Response:
        if isinstance(self.body, str):
            return Response(self.body, self.status, self.headers, "text/plain")
        return answer(self.body, self.status, self.headers)


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON, or nothing at all for 204."""
    content = (
        b""
        if status == 204
        else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    )
    return Response(content, status, headers, "application/json")


def json_object(body: bytes) -> Json | None:
    """None for anything else than a JSON object."""
    try:
        given = json.loads(body)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


@dataclass
class HttpRequest:
    """One request as the handlers see it."""

    method: str
    path: str
    at: Mapping[str, Any]
    """What the route's pattern caught."""
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    answer_headers: dict[str, str] = field(default_factory=dict)
    """Added to whatever answer is given."""

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    def query_value(self, name: str) -> str:
        """The last value of a query parameter; empty when it was not sent."""
        return next((value for key, value in reversed(self.query) if key == name), "")


Result = Response | Json | list[Json]
"""What an endpoint returns; all but a Response is sent as JSON with 200."""
Handler = Callable[[HttpRequest], Result]


async def receive(request: Request) -> HttpRequest:
    return HttpRequest(
        method=request.method,
        path=request.scope["path"],
        at=request.path_params,
        query_string=request.scope["query_string"].decode("ascii", "replace"),
        headers=request.headers,
        body=await request.body() if request.method in {"POST", "PUT", "PATCH", "DELETE"} else b"",
    )


def route(method: str, path: str, serve: Handler) -> Route:
    """A route whose handler is a plain function: state lives in memory, so it runs on the loop, no thread needed."""

    async def endpoint(request: Request) -> Response:
        incoming = await receive(request)
        try:
            result = serve(incoming)
            response = result if isinstance(result, Response) else answer(result)
        except Refused as refused:
            response = refused.response()
        response.headers.update(incoming.answer_headers)
        return response

    return Route(path, endpoint, methods=[method])
