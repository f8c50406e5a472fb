"""The first to see a request: closed to strangers but for what is listed, and nothing private in an answer."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.api.access import has_token
from app.web.body import BodyRefused, NoRoom, read_body

log = structlog.get_logger(__name__)

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
# Whoever sends webhooks shows by a signature who they are; each door there checks it before anything else.
SIGNED = "/webhooks/"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Guard:
    """ASGI middleware. Any path that is neither open nor signed needs the token, whether or not it exists."""

    app: ASGIApp
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._let_in(scope, receive, answer)
        except Exception as error:
            # Its text may quote a ticket or a statement's parameters: neither the caller nor the log gets to see it.
            log.exception("request_failed", method=scope["method"], path=_route(scope))
            if answer.started:
                raise RuntimeError("the answer was cut short") from error
            await _refusal(500, "This went wrong on our side; the log has it.")(scope, receive, answer)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in OPEN or path.startswith(SIGNED):
            await self.app(scope, receive, send)
            return
        if not has_token(_authorization(scope), self.token):
            refusal = _refusal(401, "Send the desk's token: Authorization: Bearer <DESK_TOKEN>.")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            await refusal(scope, receive, send)
            return
        try:
            body = await read_body(Request(scope, receive))
        except BodyRefused as error:
            refusal = _refusal(error.status, f"The body is refused: {error.reason}.")
            if isinstance(error, NoRoom):
                refusal.headers["Retry-After"] = "5"
            await refusal(scope, receive, send)
            return
        await self.app(scope, _once(body, receive), send)


class _Answer:
    """`send`, with our headers on every answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            MutableHeaders(scope=message).update(HEADERS)
        await self._send(message)


async def refuse_input(_: Request, error: Exception) -> JSONResponse:
    """FastAPI's own answer quotes what was sent, and breaks on bytes that are no text."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in found]
    return JSONResponse({"detail": detail}, status_code=422)


def _once(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _authorization(scope: Scope) -> bytes:
    """The header, if there is exactly one: with two, what stands before us may have checked the other."""
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    return found[0] if len(found) == 1 else b""


def _route(scope: Scope) -> str:
    """The path as it is declared, without what the caller put into it."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def _refusal(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status)
