"""/api/failures: what could not be done, with all its tries; trying again, one or many; leaving one be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.records.attempts import Attempts
from app.records.failures import Failure, Failures
from app.web.api.refusals import RefusalOut
from app.web.api.schemas import FailureOut, FailuresOut
from app.work.messages import CannotStore
from app.work.operations.dead_letters import CannotRetry, DeadLetters

FailureId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_STATUS = {"no_such_failure": 404}


class SinceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="All open failures of this time and later are tried again.")


class IgnoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class RetriedOut(BaseModel):
    retried: int
    nothing_to_retry: int = Field(description="Failures that hold no work; they stay open.")


NOT_AGAIN: dict[int | str, dict[str, Any]] = {
    409: {"model": RefusalOut, "description": "It holds nothing that could be tried again"}
}


@dataclass(frozen=True)
class FailurePages:
    failures: Failures
    attempts: Attempts
    retrying: DeadLetters

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/failures", tags=["failures"])
        router.add_api_route("", self.newest, summary="What could not be done")
        again = "Do the failed work again, from the failed step on"
        router.add_api_route("/retry", self.retry_since, methods=["POST"], status_code=202, summary="All since a time")
        router.add_api_route(
            "/{failure_id}/retry", self.retry, methods=["POST"], status_code=202, summary=again, responses=NOT_AGAIN
        )
        router.add_api_route("/{failure_id}/ignore", self.ignore, methods=["POST"], summary="Leave it be")
        return router

    def newest(
        self,
        state: Literal["open", "retried", "ignored", "all"] = "open",
        since: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> FailuresOut:
        moment = since.astimezone(UTC).isoformat() if since else ""
        found = self.failures.newest(limit=limit, state=None if state == "all" else state, since=moment)
        tried = self.attempts.of([one.key for one in found])
        return FailuresOut(failures=[FailureOut.of(one, tried.get(one.key, ())) for one in found])

    def retry_since(self, wanted: SinceIn) -> RetriedOut:
        with _answered():
            return RetriedOut(**vars(self.retrying.retry_since(wanted.since)))

    def retry(self, failure_id: FailureId) -> FailureOut:
        with _answered():
            return self._out(self.retrying.retry(failure_id))

    def ignore(self, failure_id: FailureId, wanted: IgnoreIn) -> FailureOut:
        with _answered():
            return self._out(self.retrying.ignore(failure_id, wanted.reason))

    def _out(self, failure: Failure) -> FailureOut:
        return FailureOut.of(failure, self.attempts.of([failure.key]).get(failure.key, ()))


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except CannotRetry as error:
        raise HTTPException(_STATUS.get(error.reason, 409), str(error)) from error
    except CannotStore as error:
        raise HTTPException(503, "The queue cannot be written to; try again.", {"Retry-After": "5"}) from error
