"""What open pages ask again and again is answered once for all of them, so that they do not slow the intake."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.desk.access import PAGES, READ_POSTS, is_tick
from app.desk.session import Visitor

LASTS = timedelta(seconds=4)
"""Less than the time between two ticks: a page that is alone gets what is so now, and none gets what it had before."""
TICK_SECONDS, MOST_SECONDS = 5, 60
"""From one tick of a page to the next."""
PER_SECOND = 2
"""Answers that are made. Where open pages differ in more than that allows, each is told to ask less often."""
MOST = 300
NEXT_TICK = "next-tick"
KEPT_HEADERS = ("vary", "hx-ptag", "as-of")
# Whoever comes here was let in.
SEEN_AND_CHANGED = (f"{PAGES}/", "/api/")

Key = tuple[str, bytes, str]
"""Path, query and role: in nothing else do the live parts of two people differ."""


@dataclass(frozen=True)
class LiveAnswer:
    made_at: datetime
    changes: int
    """How much had been changed by then."""
    tag: str
    headers: dict[str, str]
    body: bytes
    """The live part of the page; empty where whoever asked had it already."""

    def to(self, tag: str) -> Response | None:
        """For whoever has the one with that tag; None: it must be made for them."""
        if tag == self.tag:
            return Response(status_code=304, headers=self.headers)
        return HTMLResponse(self.body, headers=self.headers) if self.body else None


@dataclass
class SharedTicks:
    """ASGI middleware behind the one that lets people in, for one process and one event loop.

    What is changed at the desk, or through the API, is seen by the next tick of all.
    """

    app: ASGIApp
    now: Callable[[], datetime]
    _known: dict[Key, LiveAnswer] = field(default_factory=dict)
    _making: dict[Key, asyncio.Event] = field(default_factory=dict)
    _changes: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(SEEN_AND_CHANGED):
            await self.app(scope, receive, send)
        elif _wants_live_part(request := Request(scope)):
            await self._tick(request, receive, send)
        else:
            try:
                await self.app(scope, receive, send)
            finally:
                self._changes += request.method not in {"GET", "HEAD"} and scope["path"] not in READ_POSTS

    async def _tick(self, request: Request, receive: Receive, send: Send) -> None:
        visitor: Visitor = request.state.visitor
        key = (request.scope["path"], request.scope["query_string"], visitor.role)
        tag = request.headers["hx-ptag"]
        answer = self._kept(key, tag)
        if answer is None and (made := self._making.get(key)):
            await made.wait()
            answer = self._kept(key, tag)
        if answer is not None:
            answer.headers[NEXT_TICK] = self._next_tick()
            await answer(request.scope, receive, send)
            return
        made = self._making[key] = asyncio.Event()
        try:
            await self._make(key, request.scope, receive, send)
        finally:
            self._making.pop(key, None)
            made.set()

    def _kept(self, key: Key, tag: str) -> Response | None:
        now, known = self.now(), self._known.get(key)
        if known is None or known.changes != self._changes or not known.made_at <= now < known.made_at + LASTS:
            return None
        return known.to(tag)

    def _next_tick(self) -> str:
        """In how many seconds a page is to ask again."""
        return str(min(max(TICK_SECONDS, math.ceil(len(self._known) / PER_SECOND)), MOST_SECONDS))

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        made_at, changes, body = self.now(), self._changes, bytearray()
        headers = MutableHeaders()

        async def noted(message: Message) -> None:
            nonlocal headers
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[NEXT_TICK] = self._next_tick()
            else:
                body.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, noted)
        if "hx-ptag" in headers:  # else it is no page that has a live part
            oldest = made_at - timedelta(seconds=MOST_SECONDS)
            newest = [(one, known) for one, known in self._known.items() if known.made_at > oldest and one != key]
            kept = {name: headers[name] for name in KEPT_HEADERS}
            made = LiveAnswer(made_at, changes, headers["hx-ptag"], kept, bytes(body))
            self._known = {**dict(newest[1 - MOST :]), key: made}


def _wants_live_part(request: Request) -> bool:
    """As htmx asks. Who waits for a backtest of their own asks in another way, and more often."""
    return is_tick(request) and request.headers.get("hx-request-type") == "partial"
