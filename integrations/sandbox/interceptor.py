"""An ASGI middleware in front of a service: it logs calls, adds latency and applies the planned faults."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.sandbox.faults import Fault, FaultSchedule

GARBAGE = b'<html><body><h1>It works!</h1>\n{"ticket": {"id": '


@dataclass(slots=True)
class Call:
    """One request, listed when it arrives; `status` is 0 until it is answered and stays 0 if the connection was cut."""

    method: str
    path: str
    """Without query; Zendesk's `.json` ending removed, GitLab's `%2F` kept."""
    query: str
    """As sent, without the question mark."""
    status: int = 0
    fault: str = ""
    """The kind of the fault it met, if any."""
    agent: str = ""
    """The caller's User-Agent."""
    began: float = 0.0
    """When it arrived and when it was dealt with, in seconds since 1970; `ended` is 0 until then."""
    ended: float = 0.0


class Interceptor:
    """`path_of` turns the raw path into the one that routes, faults and the log see. Only paths under `counted` are
    logged, delayed and disturbed: pages and the sandbox's own controls are not."""

    def __init__(self, app: ASGIApp, *, counted: str | tuple[str, ...], path_of: Callable[[str], str]) -> None:
        self._app = app
        self._counted = counted
        self._path_of = path_of
        self.calls: list[Call] = []
        self.faults = FaultSchedule()
        self.latency = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"] = self._path_of(scope["raw_path"].decode("ascii"))
        if not path.startswith(self._counted):
            await self._app(scope, receive, send)
            return
        call = Call(
            scope["method"],
            path,
            scope["query_string"].decode("ascii", "replace"),
            agent=Headers(scope=scope).get("user-agent", ""),
            began=time.time(),
        )
        self.calls.append(call)
        try:
            await self._forward(call, scope, receive, send)
        except ClientDisconnect:
            return  # the caller was killed while it sent its request
        finally:
            call.ended = time.time()

    async def _forward(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.take(call.method, call.path)
        if fault is not None:
            call.fault = fault.kind
            await self._apply_fault(fault, call, scope, receive, send)
            return
        latency = self.latency

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                if latency:
                    await asyncio.sleep(latency)
                call.status = message["status"]
            await send(message)

        await self._app(scope, receive, observed)

    async def _apply_fault(self, fault: Fault, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        # The body is read before anything else: a client that gives up while we wait has sent its request.
        body = await Request(scope, receive).body()

        async def answer(status: int, content: bytes, headers: Mapping[str, str]) -> None:
            call.status = status
            await Response(content, status, headers, "text/plain")(scope, receive, send)

        if fault.kind == "drop_before":
            await _hang_up(scope, receive)
            return
        if fault.kind == "status":
            await answer(fault.status, fault.body.encode(), fault.headers)
            return
        if fault.kind == "delay_before":
            await asyncio.sleep(fault.seconds)
        messages = await self._applied(scope, body)
        if fault.kind == "drop_after":
            await _hang_up(scope, receive)
        elif fault.kind == "garbage":
            await answer(200, GARBAGE, {"content-type": "application/json"})
        elif fault.kind == "status_after":
            await answer(fault.status, fault.body.encode(), fault.headers)
        else:
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            call.status = messages[0]["status"]
            for message in messages:
                await send(message)

    async def _applied(self, scope: Scope, body: bytes) -> list[Message]:
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, send)
        return messages


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["extensions"]["sandbox.transport"]["transport"].close()
    # Until uvicorn has noticed, returning would make it answer 500.
    while (await receive())["type"] != "http.disconnect":
        pass
