"""/api/pause and /api/resume: the kill switch, for people and programs."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.records.pauses import Pause, What
from app.web.api.dependencies import AuditDep, RecordsDep, ServiceDep

router = APIRouter(prefix="/api", tags=["pause"])


class PauseIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What = Field("all", description="all: no work begins. issues: nothing goes to GitLab. replies: none is sent.")
    reason: Annotated[str, Field(max_length=1000)] = ""
    by: Annotated[str, Field(min_length=1, max_length=128)] = "api"


class ResumeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What | None = Field(None, description="Null: whatever is paused.")
    reason: Annotated[str, Field(max_length=1000)] = ""


class PauseOut(BaseModel):
    what: What
    since: str
    by: str
    reason: str


class PausesOut(BaseModel):
    paused: list[PauseOut]


@router.get("/pause", summary="What is paused")
def current(records: RecordsDep) -> PausesOut:
    return PausesOut(paused=[PauseOut(**asdict(one)) for one in records.pauses.current()])


@router.post("/pause", summary="Stop acting; deliveries are still stored")
def pause(wanted: PauseIn, service: ServiceDep, audit: AuditDep) -> PausesOut:
    records = service.deps.records
    audit("pause", wanted.what, after={"reason": wanted.reason}, by=wanted.by)
    records.pauses.set(Pause(wanted.what, service.deps.now().isoformat(), wanted.by, wanted.reason))
    return current(records)


@router.post("/resume", summary="Go on, in order")
def resume(wanted: ResumeIn, records: RecordsDep, audit: AuditDep) -> PausesOut:
    """What is still paused."""
    before, after = (
        [asdict(one) for one in records.pauses.current()],
        {"reason": wanted.reason} if wanted.reason else None,
    )
    audit("resume", wanted.what or "all that is paused", before=before, after=after)
    records.pauses.lift(wanted.what)
    return current(records)
