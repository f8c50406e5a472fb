"""GET /healthz (alive), /readyz (able to work) and /metrics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.metrics import HELD, OPEN_FAILURES, PAUSED, WAITING
from app.records.pauses import WHATS

Probe = Callable[[], str]
"""Says in a few words that a part works; raises when it does not."""


@dataclass(frozen=True)
class HealthPages:
    probes: Mapping[str, Probe]
    waiting: Callable[[], int]
    open_failures: Callable[[], int]
    held: Callable[[], int]
    paused: Callable[[], Collection[str]]

    def router(self) -> APIRouter:
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.healthz, summary="Is the process alive?")
        router.add_api_route("/readyz", self.readyz, summary="Can it work: queue, configuration, credentials?")
        router.add_api_route("/metrics", self.metrics, summary="Prometheus metrics", response_class=Response)
        return router

    def healthz(self) -> dict[str, str]:
        return {"status": "alive"}

    def readyz(self) -> JSONResponse:
        """503 when anything is amiss. Says which part and what kind of error, never the error's own text."""
        parts: dict[str, dict[str, Any]] = {}
        for name, probe in self.probes.items():
            try:
                parts[name] = {"ready": True, "detail": probe()}
            except Exception as error:  # noqa: BLE001  # a probe that fails in a new way is a part that is not ready
                parts[name] = {"ready": False, "detail": getattr(error, "reason", type(error).__name__)}
        ready = all(part["ready"] for part in parts.values())
        return JSONResponse({"ready": ready, "parts": parts}, status_code=200 if ready else 503)

    def metrics(self) -> Response:
        WAITING.set(self.waiting())
        OPEN_FAILURES.set(self.open_failures())
        HELD.set(self.held())
        paused = self.paused()
        for what in WHATS:
            PAUSED.labels(what).set(what in paused)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
