"""GET /api/failures and POST /api/failures/{id}/retry: what could not be done, and trying it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query

from app.desk.refusals import RefusalOut
from app.desk.schemas import FailureOut, FailuresOut
from app.records.failures import Failures
from app.work.attempts import retry_work
from app.work.intake import Intake

NOT_AGAIN: dict[int | str, dict[str, Any]] = {
    409: {"model": RefusalOut, "description": "It holds nothing that could be tried again"}
}


@dataclass(frozen=True)
class FailurePages:
    failures: Failures
    intake: Intake
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/failures", tags=["failures"])
        router.add_api_route("", self.newest, summary="What could not be done")
        router.add_api_route(
            "/{failure_id}/retry",
            self.retry,
            methods=["POST"],
            status_code=202,
            summary="Do the failed work again",
            responses=NOT_AGAIN,
        )
        return router

    def newest(self, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> FailuresOut:
        return FailuresOut(failures=[FailureOut.of(one) for one in self.failures.newest(limit=limit)])

    async def retry(self, failure_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> FailureOut:
        failure = self.failures.by_id(failure_id)
        if failure is None:
            raise HTTPException(404, f"There is no failure {failure_id}.")
        if failure.payload is None:
            raise HTTPException(409, "This failure holds nothing that could be tried again; mend its cause instead.")
        await self.intake.accept(retry_work(failure.payload, self.now()))
        self.failures.set_state(failure_id, "retried")
        return FailureOut.of(self.failures.by_id(failure_id) or failure)
