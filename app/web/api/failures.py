"""/api/failures: what could not be done, with all its tries; retrying one or many; ignoring one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.records.failures import Failure
from app.records.records import Records
from app.web.api.dependencies import AuditDep, RecordsDep, ServiceDep
from app.web.api.schemas import FailureOut, FailuresOut, RefusalOut
from app.work.messages import CannotStore
from app.work.operations.dead_letters import CannotRetry

FailureId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_STATUS = {"no_such_failure": 404}

router = APIRouter(prefix="/api/failures", tags=["failures"])


class SinceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="All open failures of this time and later are tried again.")


class IgnoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class RetriedOut(BaseModel):
    retried: int
    nothing_to_retry: int = Field(description="Failures that hold no work; they stay open.")


@router.get("", summary="What could not be done")
def newest(
    records: RecordsDep,
    state: Literal["open", "retried", "ignored", "all"] = "open",
    since: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FailuresOut:
    moment = since.astimezone(UTC).isoformat() if since else ""
    found = records.failures.newest(limit=limit, state=None if state == "all" else state, since=moment)
    tried = records.attempts.of([one.key for one in found])
    return FailuresOut(failures=[FailureOut.of(one, tried.get(one.key, ())) for one in found])


@router.post("/retry", status_code=202, summary="All since a time")
def retry_since(wanted: SinceIn, service: ServiceDep, audit: AuditDep) -> RetriedOut:
    audit("retry", f"failures since {wanted.since.astimezone(UTC).isoformat()}")
    with _refusals():
        return RetriedOut(**vars(service.dead_letters.retry_since(wanted.since)))


@router.post(
    "/{failure_id}/retry",
    status_code=202,
    summary="Do the failed work again, from the failed step on",
    responses={409: {"model": RefusalOut, "description": "It holds nothing that could be tried again"}},
)
def retry(failure_id: FailureId, service: ServiceDep, audit: AuditDep) -> FailureOut:
    audit("retry", f"failure {failure_id}")
    with _refusals():
        return _out(service.dead_letters.retry(failure_id), service.deps.records)


@router.post("/{failure_id}/ignore", summary="Keep it as dealt with")
def ignore(failure_id: FailureId, wanted: IgnoreIn, service: ServiceDep, audit: AuditDep) -> FailureOut:
    audit("ignore", f"failure {failure_id}", after={"reason": wanted.reason})
    with _refusals():
        return _out(service.dead_letters.ignore(failure_id, wanted.reason), service.deps.records)


def _out(failure: Failure, records: Records) -> FailureOut:
    return FailureOut.of(failure, records.attempts.of([failure.key]).get(failure.key, ()))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except CannotRetry as error:
        raise HTTPException(_STATUS.get(error.reason, 409), str(error)) from error
    except CannotStore as error:
        raise HTTPException(503, "The queue cannot be written to; try again.", {"Retry-After": "5"}) from error
