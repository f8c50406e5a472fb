"""What the services have in common: a server, an interceptor with its log of calls, webhooks, and the controls."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import asdict

from fastapi import FastAPI
from starlette.routing import BaseRoute

from integrations.sandbox.api import HttpRequest, Refused, Result, route
from integrations.sandbox.clock import Clock
from integrations.sandbox.control import change_settings, control_routes
from integrations.sandbox.faults import Fault, FaultSchedule
from integrations.sandbox.interceptor import Call, Interceptor
from integrations.sandbox.server import Server
from integrations.sandbox.webhook_sender import WebhookSender


class Service:
    """What a subclass adds as public methods can also be called over HTTP: see `control`."""

    def __init__(
        self, name: str, clock: Clock, port: int, *, counted: str | tuple[str, ...], path_of: Callable[[str], str] = str
    ) -> None:
        self.name = name
        self.clock = clock
        self.app = FastAPI(title=f"Sandbox {name}", docs_url=None, redoc_url=None, openapi_url=None)
        self.webhook_sender = WebhookSender(name)
        self._server = Server(name, port)
        self._interceptor = Interceptor(self.app, counted=counted, path_of=path_of)
        self.url = self._server.url
        self.app.router.routes.extend(control_routes(self._controls()))

    def _controls(self) -> dict[str, Callable[..., object]]:
        methods = inspect.getmembers(type(self), inspect.isfunction)
        added = [name for name, _method in methods if name[0] != "_" and not hasattr(Service, name)]
        return {name: getattr(self, name) for name in added} | {
            "calls": lambda: [asdict(call) for call in self.calls],
            "calls_clear": self.calls_clear,
            "fault_add": lambda **fault: self.faults.add(Fault(**fault)),
            "faults_clear": self.faults.clear,
            "faults_seed": self.faults.seed,
            "advance": self.clock.advance,
            "now": lambda: self.clock.now().isoformat(),
            "set": lambda **values: change_settings(self, values),
        }

    def add_routes(self, api: Iterable[BaseRoute], pages: Iterable[BaseRoute], unknown: Refused) -> None:
        """They are tried in order; `unknown` is the answer to all other paths of the API."""

        def refuse(_http: HttpRequest) -> Result:
            raise unknown

        methods = ("GET", "POST", "PUT", "DELETE")
        rest = [route(method, "/api/{rest:path}", refuse) for method in methods]
        self.app.router.routes.extend([*api, *rest, *pages])

    @property
    def faults(self) -> FaultSchedule:
        return self._interceptor.faults

    @property
    def calls(self) -> list[Call]:
        """A copy of what was asked so far, in order of arrival."""
        return list(self._interceptor.calls)

    def calls_clear(self) -> None:
        self._interceptor.calls.clear()

    @property
    def latency(self) -> float:
        """Seconds added to each answer of the API."""
        return self._interceptor.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._interceptor.latency = seconds

    def start(self) -> None:
        self._server.start(self._interceptor)

    def ask_to_stop(self) -> None:
        self._server.ask_to_stop()

    def stop(self) -> None:
        self._server.stop()
        self.webhook_sender.stop()
