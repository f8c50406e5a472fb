"""GET /healthz (alive), /readyz (able to work) and /metrics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.metrics import HELD, OPEN_FAILURES, PAUSED, WAITING
from app.records.pauses import WHATS

Probe = Callable[[], str]
"""Says in a few words that a part works; raises when it does not, and Degraded when people should look at it."""
Parts = dict[str, dict[str, Any]]


class Degraded(Exception):
    """Accepting and working go on, but something needs people: says what, in words that anybody may read."""


@dataclass
class HealthPages:
    probes: Mapping[str, Probe]
    remote: Mapping[str, Probe]
    """Probes that call other services. Anybody may ask us, so the answers are kept for a while: else a stranger could
    use up the account's requests, and our threads while a service hangs."""
    waiting: Callable[[], int]
    open_failures: Callable[[], int]
    held: Callable[[], int]
    paused: Callable[[], Collection[str]]
    measure: Callable[[], None]
    """Sets what else is looked up when somebody asks."""
    keep_seconds: float = 5.0
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _remote_parts: Parts = field(default_factory=dict, init=False)
    _asked_at: float | None = field(default=None, init=False)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.healthz, summary="Is the process alive?")
        router.add_api_route(
            "/readyz",
            self.readyz,
            summary="Can it work: queue, configuration, credentials?",
            responses={503: {"description": "Something is amiss"}},
        )
        router.add_api_route("/metrics", self.metrics, summary="Prometheus metrics", response_class=Response)
        return router

    def healthz(self) -> dict[str, str]:
        return {"status": "alive"}

    async def readyz(self) -> JSONResponse:
        """503 when anything is amiss, not when it is only degraded.

        Says which part and what kind of error, never the error's own text.
        """
        async with self._one_at_a_time:
            parts = await asyncio.to_thread(self._parts)
        ready = all(part["ready"] for part in parts.values())
        return JSONResponse({"ready": ready, "parts": parts}, status_code=200 if ready else 503)

    async def metrics(self) -> Response:
        async with self._one_at_a_time:
            content = await asyncio.to_thread(self._metrics)
        return Response(content, media_type=CONTENT_TYPE_LATEST)

    def _parts(self) -> Parts:
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= self.keep_seconds:
            self._remote_parts = _asked(self.remote)
            self._asked_at = time.monotonic()
        return {**_asked(self.probes), **self._remote_parts}

    def _metrics(self) -> bytes:
        WAITING.set(self.waiting())
        OPEN_FAILURES.set(self.open_failures())
        HELD.set(self.held())
        paused = self.paused()
        for what in WHATS:
            PAUSED.labels(what).set(what in paused)
        self.measure()
        return generate_latest()


def _asked(probes: Mapping[str, Probe]) -> Parts:
    parts: Parts = {}
    for name, probe in probes.items():
        try:
            parts[name] = {"ready": True, "detail": probe()}
        except Degraded as degraded:
            parts[name] = {"ready": True, "degraded": True, "detail": str(degraded)}
        except Exception as error:  # noqa: BLE001  # a probe that fails in a new way is a part that is not ready
            parts[name] = {"ready": False, "detail": getattr(error, "reason", type(error).__name__)}
    return parts
