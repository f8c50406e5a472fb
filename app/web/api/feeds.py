"""GET /api/feeds: how each feed of routing.yaml is. "Nothing new" and "blocked" are told apart."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.records.feeds import FeedState
from app.web.api.dependencies import ServiceDep

router = APIRouter(prefix="/api", tags=["mentions"])


class FeedOut(BaseModel):
    name: str
    type: str
    channel: str
    state: FeedState = Field(description="empty: nothing new; blocked: refused, limited or not understood")
    why: str = Field(description="Of a blocked one, in words.")
    blocked_looks: int = Field(description="In a row.")
    read_at: str | None = Field(description="Last read without an error.")
    items_at: str | None = Field(description="Last had something new.")
    next_look_at: str


class FeedsOut(BaseModel):
    feeds: list[FeedOut]


@router.get("/feeds", summary="How each feed is")
def feeds(service: ServiceDep) -> FeedsOut:
    deps = service.deps
    found = []
    for name, config in deps.rulebook.current().routing.feeds.items():
        status = deps.records.feeds.of(name, deps.now())
        said = {field: getattr(status, field) for field in FeedOut.model_fields if hasattr(status, field)}
        found.append(FeedOut(type=config.type, channel=config.channel, **said))
    return FeedsOut(feeds=found)
