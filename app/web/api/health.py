"""GET /healthz (alive), /readyz (able to work) and /metrics."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Metric, generate_latest
from pydantic import BaseModel

from app.service import Degraded, NotReady, Service
from app.setup.doctor.diagnosis import Diagnosis
from app.web.api.merged_metrics import merged

router = APIRouter(tags=["health"])

KEEP_SECONDS = 5.0
Probe = Callable[[], str]
"""Says in a few words that a part works. Raises when it does not, and Degraded when people should look at it."""


class AliveOut(BaseModel):
    status: str


class PartOut(BaseModel):
    ready: bool
    degraded: bool | None = None
    detail: str


class WorkerBeside(Protocol):
    """The process that does the work, where it is not this one."""

    def metrics(self) -> Sequence[Metric]: ...
    def setup_problems(self) -> Sequence[Diagnosis]: ...
    def check(self) -> str: ...
    def stop(self) -> None: ...


class Health:
    """Asks one at a time how the service is.

    Anybody may ask us, so what other services answer is kept for a while: else a stranger could use up the account's
    requests, and our threads while a service hangs.
    """

    def __init__(self, service: Service, worker: WorkerBeside | None) -> None:
        self._service = service
        self._worker = worker
        self._lock = asyncio.Lock()
        self._remote: dict[str, PartOut] = {}
        self._asked_at = -KEEP_SECONDS

    async def parts(self) -> dict[str, PartOut]:
        async with self._lock:
            return await asyncio.to_thread(self._parts)

    async def metrics(self) -> bytes:
        async with self._lock:
            return await asyncio.to_thread(self._metrics)

    def _parts(self) -> dict[str, PartOut]:
        if time.monotonic() - self._asked_at >= KEEP_SECONDS:
            self._remote = _probed(self._service.remote_probes())
            self._asked_at = time.monotonic()
        beside = {} if self._worker is None else {"worker": self._worker.check}
        if self._worker is not None:  # one of the two looks at it, else all that it finds is logged twice
            self._service.setup.problems = self._worker.setup_problems()
        return {**_probed(self._service.probes() | beside), **self._remote}

    def _metrics(self) -> bytes:
        self._service.measure()
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """What this process and the worker beside it have counted."""
        return merged(REGISTRY.collect(), () if self._worker is None else self._worker.metrics())


async def _health(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


HealthDep = Annotated[Health, Depends(_health)]


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> AliveOut:
    return AliveOut(status="alive")


@router.get(
    "/readyz",
    summary="Can it work: queue, configuration, credentials?",
    responses={503: {"description": "Something is amiss"}},
)
async def readyz(health: HealthDep) -> JSONResponse:
    """503 when anything is amiss, not when it is only degraded.

    Says which part and what kind of error, never the error's own text.
    """
    parts = await health.parts()
    ready = all(part.ready for part in parts.values())
    said = {name: part.model_dump(exclude_none=True) for name, part in parts.items()}
    return JSONResponse({"ready": ready, "parts": said}, status_code=200 if ready else 503)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(health: HealthDep) -> Response:
    return Response(await health.metrics(), media_type=CONTENT_TYPE_LATEST)


def _probed(probes: Mapping[str, Probe]) -> dict[str, PartOut]:
    return {name: _part(probe) for name, probe in probes.items()}


def _part(probe: Probe) -> PartOut:
    try:
        return PartOut(ready=True, detail=probe())
    except Degraded as degraded:
        return PartOut(ready=True, degraded=True, detail=str(degraded))
    except NotReady as error:
        return PartOut(ready=False, detail=str(error))
    except Exception as error:  # noqa: BLE001  # a probe that fails in a new way is a part that is not ready
        return PartOut(ready=False, detail=getattr(error, "reason", type(error).__name__))
