"""The middleware that checks the token and bounds the body, and keeps private things out of answers."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.desk.access import DeskAccess, headers_of, is_of_desk
from app.web.body import BodyRefused, read_body

log = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
# Senders of webhooks prove who they are by a signature; the endpoint checks it before anything else.
SIGNED = "/webhooks/"
HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(frozen=True)
class SecurityMiddleware:
    """ASGI middleware. Any path that is neither open nor signed needs the token, whether or not it exists.

    The desk's paths need a session instead: the token opens no page, and the cookie no API.
    """

    app: ASGIApp
    token: str
    desk: DeskAccess | None
    """None: there are no pages."""
    webhooks: Mapping[str, Endpoint]
    """By path. A POST goes there past the framework, which takes longer than all that is done with a delivery."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_page = self.desk is not None and scope["path"] not in self.webhooks and is_of_desk(scope["path"])
        answer = _Answer(send, scope["path"] if has_page else "")
        try:
            await self._admit(scope, receive, answer)
        except Exception as error:
            # Its text may quote a ticket or a statement's parameters: neither the caller nor the log gets to see it.
            log.exception("request_failed", method=scope["method"], path=_route(scope))
            if answer.started:
                raise RuntimeError("the answer was cut short") from error
            refusal = self._explained(scope, 500, "This went wrong on our side; the log has it.")
            await refusal(scope, receive, answer)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["method"] == "POST" and (endpoint := self.webhooks.get(path)):
            answer = await endpoint(Request(scope, receive))
            await answer(scope, receive, send)
            return
        if path in OPEN or path.startswith(SIGNED):
            await self.app(scope, receive, send)
            return
        if refusal := await self._refusal(scope):
            await refusal(scope, receive, send)
            return
        try:
            body = await read_body(Request(scope, receive))
        except BodyRefused as error:
            refusal = self._explained(scope, error.status, f"The body is refused: {error.reason}.", error.headers)
            await refusal(scope, receive, send)
            return
        await self.app(scope, _once(body, receive), send)

    def _explained(self, scope: Scope, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        """As a page at the desk, unless it is the drawing of pages that goes wrong."""
        if self.desk is not None and is_of_desk(scope["path"]):
            with suppress(Exception):
                page = self.desk.refuse(Request(scope), status, detail)
                page.headers.update(headers or {})
                return page
        return _refusal(status, detail, headers)

    async def _refusal(self, scope: Scope) -> Response | None:
        """Of those who may not come in."""
        if self.desk is not None and is_of_desk(scope["path"]):
            return await self.desk.refusal(Request(scope))
        if has_token(_authorization(scope), self.token):
            return None
        detail = "Send the token of DESK_TOKEN: Authorization: Bearer <token>."
        return _refusal(401, detail, {"WWW-Authenticate": "Bearer"})


def has_token(authorization: bytes, token: str) -> bool:
    """Whether the header is `Bearer <token>`; takes the same time however much of the token is right."""
    scheme, _, given = authorization.partition(b" ")
    return hmac.compare_digest(given.strip(b" "), token.encode()) and scheme.lower() == b"bearer" and bool(token)


async def refuse_input(_: Request, error: Exception) -> JSONResponse:
    """FastAPI's own answer quotes what was sent, and breaks on bytes that are no text."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in found]
    return JSONResponse({"detail": detail}, status_code=422)


class _Answer:
    """`send`, with our headers on every answer. `page`: the path, if it is one of the desk's."""

    def __init__(self, send: Send, page: str) -> None:
        self._send = send
        self._page = page
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            ours = headers_of(self._page, message["status"]) if self._page else HEADERS
            message["headers"] = [*message["headers"], *ours]
        await self._send(message)


def _once(body: bytes, receive: Receive) -> Receive:
    """`receive`, for a body that was read already."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _authorization(scope: Scope) -> bytes:
    """The header, if there is exactly one: a proxy in front of us may have checked the other."""
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    return found[0] if len(found) == 1 else b""


def _route(scope: Scope) -> str:
    """The path as it is declared, without what the caller put into it."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def _refusal(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)
