"""The sandbox's controls over HTTP, so that a test in another process can play customers and engineers.

`POST /sandbox/<name>` with the arguments as a JSON object answers `{"result": ...}`; `GET /sandbox` lists the names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.clock import Clock
from integrations.sandbox.faults import Fault, FaultSchedule
from integrations.sandbox.interceptor import Call

SETTABLE = frozenset({"latency", "auto_deliver", "signing"})


class Controlled(Protocol):
    """What a service must have to be controlled."""

    @property
    def clock(self) -> Clock: ...
    @property
    def faults(self) -> FaultSchedule: ...
    @property
    def calls(self) -> list[Call]: ...
    def calls_clear(self) -> None: ...


def control_routes(service: Controlled, methods: Mapping[str, Callable[..., Any]]) -> list[BaseRoute]:
    known: dict[str, Callable[..., Any]] = {
        **methods,
        "calls": lambda: [asdict(call) for call in service.calls],
        "calls_clear": service.calls_clear,
        "fault_add": lambda **fault: service.faults.add(Fault(**fault)),
        "faults_clear": service.faults.clear,
        "faults_seed": service.faults.seed,
        "advance": service.clock.advance,
        "now": lambda: service.clock.now().isoformat(),
        "set": lambda **values: _set(service, values),
    }

    async def call(request: Request) -> Response:
        action = known.get(request.path_params["name"])
        if action is None:
            return answer({"error": f"no such control; there are: {', '.join(sorted(known))}"}, 404)
        try:
            arguments = json.loads(await request.body() or b"{}")
            # A control may deliver a webhook and wait for its answer: not on this server's own loop.
            return answer({"result": await run_in_threadpool(action, **arguments)})
        except Refused as refused:
            return answer({"error": str(refused), "answer": refused.body}, 400)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            return answer({"error": f"{type(error).__name__}: {error}"}, 400)

    async def names(_request: Request) -> Response:
        return answer({"controls": sorted(known)})

    return [Route("/sandbox/{name}", call, methods=["POST"]), Route("/sandbox", names, methods=["GET"])]


def _set(service: Controlled, values: Mapping[str, Any]) -> None:
    """latency, auto_deliver, signing, and `limits` as an object of the service's own limits."""
    for name, value in values.items():
        if name == "limits":
            for limit, number in value.items():
                _assign(getattr(service, "limits", None), limit, number)
        elif name in SETTABLE:
            _assign(service, name, value)
        else:
            raise ValueError(f"cannot set {name}; there are: {', '.join(sorted(SETTABLE | {'limits'}))}")


def _assign(thing: object, name: str, value: object) -> None:
    if name.startswith("_") or not hasattr(thing, name):
        raise ValueError(f"no such setting: {name}")
    setattr(thing, name, value)
