"""/api/pause and /api/resume: the kill switch, for people and programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.records.pauses import Pause, Pauses, What


class PauseIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What = Field("all", description="all: no work begins. issues: nothing goes to GitLab. replies: none is sent.")
    reason: Annotated[str, Field(max_length=1000)] = ""
    by: Annotated[str, Field(min_length=1, max_length=128)] = "api"


class ResumeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What | None = Field(None, description="Null: whatever is paused.")


class PauseOut(BaseModel):
    what: What
    since: str
    by: str
    reason: str


class PausesOut(BaseModel):
    paused: list[PauseOut]


@dataclass(frozen=True)
class PausePages:
    pauses: Pauses
    now: Callable[[], datetime]

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api", tags=["pause"])
        router.add_api_route("/pause", self.current, summary="What is paused")
        router.add_api_route("/pause", self.pause, methods=["POST"], summary="Stop acting; deliveries are still stored")
        router.add_api_route("/resume", self.resume, methods=["POST"], summary="Go on, in order")
        return router

    def current(self) -> PausesOut:
        return PausesOut(paused=[PauseOut(**asdict(one)) for one in self.pauses.current()])

    def pause(self, wanted: PauseIn) -> PausesOut:
        self.pauses.set(Pause(wanted.what, self.now().isoformat(), wanted.by, wanted.reason))
        return self.current()

    def resume(self, wanted: ResumeIn) -> PausesOut:
        """What is still paused."""
        self.pauses.lift(wanted.what)
        return self.current()
