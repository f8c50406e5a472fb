"""The middleware that checks the token and bounds the body, and keeps private things out of answers."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.body import BodyRefused, read_body

log = structlog.get_logger(__name__)

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
# Senders of webhooks prove who they are by a signature; the endpoint checks it before anything else.
SIGNED = "/webhooks/"
HEADER_BYTES = 32 * 1024
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class SecurityMiddleware:
    """ASGI middleware. Any path that is neither open nor signed needs the token, whether or not it exists."""

    app: ASGIApp
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await self._admit(scope, exchange.receive, exchange.send)
        except Exception as error:
            # Its text may quote a ticket or a statement's parameters: neither the caller nor the log gets to see it.
            log.exception("request_failed", method=scope["method"], path=_route(scope))
            if exchange.answered:
                raise RuntimeError("the answer was cut short") from error
            refusal = _refusal(500, "This went wrong on our side; the log has it.")
            await refusal(scope, exchange.receive, exchange.send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if status := _is_no_request(scope):
            await _refusal(status, "The request is not understood.", {"Connection": "close"})(scope, receive, send)
            return
        path = scope["path"]
        if path in OPEN or path.startswith(SIGNED):
            await self.app(scope, receive, send)
            return
        if not has_token(_authorization(scope), self.token):
            detail = "Send the desk's token: Authorization: Bearer <DESK_TOKEN>."
            await _refusal(401, detail, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        try:
            body = await read_body(Request(scope, receive))
        except BodyRefused as error:
            refusal = _refusal(error.status, f"The body is refused: {error.reason}.", error.headers)
            await refusal(scope, receive, send)
            return
        await self.app(scope, _once(body, receive), send)


def has_token(authorization: bytes, token: str) -> bool:
    """Whether the header is `Bearer <token>`; takes the same time however much of the token is right."""
    scheme, _, given = authorization.partition(b" ")
    return hmac.compare_digest(given.strip(b" "), token.encode()) and scheme.lower() == b"bearer" and bool(token)


async def refuse_input(_: Request, error: Exception) -> JSONResponse:
    """FastAPI's own answer quotes what was sent, and breaks on bytes that are no text."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in found]
    return JSONResponse({"detail": detail}, status_code=422)


class _Exchange:
    """`receive` and `send`, with our headers on every answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._body_comes = any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._body_comes = self._body_comes and bool(message.get("more_body"))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answered = True
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if self._body_comes:  # nobody wants the rest: without this it would be received to its end, if it has one
                headers["Connection"] = "close"
        await self._send(message)


def _is_no_request(scope: Scope) -> int | None:
    """The status for a request that our HTTP library reads, and that a proxy in front may read otherwise."""
    names = {name for name, _ in scope["headers"]}
    if {b"content-length", b"transfer-encoding"} <= names:
        return 400
    if scope["http_version"] not in {"1.0", "1.1"}:
        return 505
    # The server's own limit is for headers that come in pieces.
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(name) + len(v) for name, v in scope["headers"])
    return 431 if size > HEADER_BYTES else None


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
