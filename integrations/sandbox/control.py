"""The sandbox's controls over HTTP, so that a test in another process can play customers and engineers.

`POST /sandbox/<name>` with the arguments as a JSON object answers `{"result": ...}`; `GET /sandbox` lists the names.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from integrations.sandbox.api import Refused, answer

SETTABLE = frozenset({"latency", "auto_deliver", "signing"})
Controls = TypeVar("Controls")


def under_lock(controls: type[Controls]) -> type[Controls]:
    """Each public method of the class holds the lock of its service's state."""

    def locked(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: Any, *given: Any, **named: Any) -> Any:
            with self._state.lock:
                return method(self, *given, **named)

        return call

    for name, method in inspect.getmembers(controls, inspect.isfunction):
        if not name.startswith("_"):
            setattr(controls, name, locked(method))
    return controls


def control_routes(controls: Mapping[str, Callable[..., Any]]) -> list[BaseRoute]:
    async def call(request: Request) -> Response:
        control = controls.get(request.path_params["name"])
        if control is None:
            return answer({"error": f"no such control; there are: {', '.join(sorted(controls))}"}, 404)
        try:
            arguments = json.loads(await request.body() or b"{}")
            # A control may deliver a webhook and wait for its answer: not on this server's own loop.
            return answer({"result": await run_in_threadpool(control, **arguments)})
        except Refused as refused:
            return answer({"error": str(refused), "answer": refused.body}, 400)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            return answer({"error": f"{type(error).__name__}: {error}"}, 400)

    async def names(_request: Request) -> Response:
        return answer({"controls": sorted(controls)})

    return [Route("/sandbox/{name}", call, methods=["POST"]), Route("/sandbox", names, methods=["GET"])]


def change_settings(service: object, values: Mapping[str, Any]) -> None:
    """latency, auto_deliver, signing, and `limits` as an object of the service's own limits."""
    for name, value in values.items():
        if name == "limits":
            for limit, number in value.items():
                _assign(getattr(service, "limits", None), limit, number)
        elif name in SETTABLE:
            _assign(service, name, value)
        else:
            raise ValueError(f"cannot set {name}; there are: {', '.join(sorted(SETTABLE | {'limits'}))}")


def _assign(owner: object, name: str, value: object) -> None:
    if name.startswith("_") or not hasattr(owner, name):
        raise ValueError(f"no such setting: {name}")
    setattr(owner, name, value)
