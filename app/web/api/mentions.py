"""/api/mentions: what people wrote elsewhere, what was left out and why; taking one that was left out."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field

from app.feeds.mention import Mention
from app.feeds.ticket_text import body_text
from app.records.mentions import MentionState, StoredMention
from app.web.api.dependencies import RecordsDep, ServiceDep
from app.web.api.schemas import RefusalOut
from app.work.mentions.release import CannotTake, release
from app.work.messages import CannotStore

MentionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_LONGEST_TEXT = 1000
_STATUS = {"no_such_mention": 404}

router = APIRouter(prefix="/api/mentions", tags=["mentions"])


class MentionOut(BaseModel):
    """One post or comment. Its text is empty once it is too old to be kept, or was deleted."""

    id: int
    source: str
    post_id: str = Field(description="What the source calls it.")
    url: str
    state: MentionState = Field(description="gone: the post was deleted")
    why: str = Field(description="Why it was left out.")
    ticket_id: int | None
    thread: str = Field(description="The post that it belongs to.")
    feed: str = Field(description="The feed that brought it first; empty: it was handed over.")
    author: str
    title: str
    text: str = Field(description=f"The first {_LONGEST_TEXT} characters.")
    seen_at: str
    edited_at: str | None

    @classmethod
    def of(cls, stored: StoredMention) -> "MentionOut":
        mention = Mention.model_validate(stored.mention) if stored.mention else None
        return cls(
            id=stored.id,
            source=stored.source,
            post_id=stored.native_id,
            url=stored.url,
            state=stored.state,
            why=stored.why,
            ticket_id=stored.ticket_id,
            thread=stored.thread,
            feed=stored.carrier,
            author=(mention.author.name or mention.author.handle) if mention else "",
            title=mention.title if mention else "",
            text=body_text(mention)[:_LONGEST_TEXT] if mention else "",
            seen_at=stored.seen_at,
            edited_at=stored.edited_at,
        )


class MentionsOut(BaseModel):
    mentions: list[MentionOut]


@router.get("", summary="What people wrote elsewhere, the newest first")
def newest(
    records: RecordsDep,
    state: MentionState | None = None,
    thread: Annotated[str, Query(max_length=512)] = "",
    source: Annotated[str, Query(max_length=32)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MentionsOut:
    found = records.mentions.newest(limit=limit, state=state, thread=thread, source=source)
    return MentionsOut(mentions=[MentionOut.of(one) for one in found])


@router.post(
    "/{mention_id}/take",
    status_code=202,
    summary="Make a ticket of one that was left out",
    responses={409: {"model": RefusalOut, "description": "It has a ticket, is gone, or its text is kept no longer"}},
)
def take(mention_id: MentionId, service: ServiceDep) -> MentionOut:
    deps = service.deps
    try:
        return MentionOut.of(release(mention_id, deps.records.mentions, deps.engine.accept, deps.now()))
    except CannotTake as error:
        raise HTTPException(_STATUS.get(error.reason, 409), str(error)) from error
    except CannotStore as error:
        raise HTTPException(503, "The queue cannot be written to; try again.", {"Retry-After": "5"}) from error
