"""What the three services have in common: a server, a gate, and the record of what passed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from fastapi import FastAPI

from integrations.sandbox.calls import Call
from integrations.sandbox.clock import Clock
from integrations.sandbox.control import control_routes
from integrations.sandbox.faults import FaultSchedule
from integrations.sandbox.interceptor import Interceptor
from integrations.sandbox.server import Server
from integrations.sandbox.webhook_sender import WebhookSender


class Service:
    controls: ClassVar[tuple[str, ...]] = ()
    """Methods that can also be called over HTTP: `POST /sandbox/<name>` with the arguments as a JSON object."""

    def __init__(
        self, name: str, clock: Clock, port: int, *, counted: str, path_of: Callable[[str], str] = lambda raw: raw
    ) -> None:
        self.name = name
        self.clock = clock
        self.app = FastAPI(title=f"Sandbox {name}", docs_url=None, redoc_url=None, openapi_url=None)
        self.webhook_sender = WebhookSender(name)
        self._server = Server(name, port)
        self._interceptor = Interceptor(self.app, counted=counted, path_of=path_of)
        self.url = self._server.url
        methods = {name: getattr(self, name) for name in self.controls}
        self.app.router.routes.extend(control_routes(self, methods))

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
