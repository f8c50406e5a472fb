"""What people wrote elsewhere, what was made of it, and what was left out: which a person may still take."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.desk.page import Content, Deed, FormDep, Page, Visit, VisitDep
from app.desk.render import with_query
from app.feeds.mention import Mention
from app.feeds.ticket_text import body_text
from app.records.mentions import StoredMention
from app.work.mentions.release import CannotTake, release
from app.work.messages import CannotStore

HOME = "/desk/mentions"
SHOWN = 50
LONGEST_TEXT = 600
MentionId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class MentionQuery(BaseModel):
    """What the address says."""

    model_config = ConfigDict(frozen=True)

    state: Literal["", "waiting", "sending", "created", "left_out", "gone"] = ""
    source: Annotated[str, Field(max_length=32)] = ""
    thread: Annotated[str, Field(max_length=512)] = ""


def read(visit: VisitDep, query: Annotated[MentionQuery, Query()]) -> Content:
    """The newest first."""
    found = visit.records.mentions.newest(
        limit=SHOWN, state=query.state or None, source=query.source, thread=query.thread
    )
    routing = visit.service.deps.rulebook.current().routing
    return {
        "mentions": [_row(one) for one in found],
        "filters": query.model_dump(exclude_defaults=True),
        "states": {one: one.replace("_", " ") for one in ("waiting", "sending", "created", "left_out", "gone")},
        "sources": {name: one.title for name, one in routing.channels.items()},
        "feeds": [_feed(visit, name) for name in routing.feeds],
    }


def _feed(visit: Visit, name: str) -> dict[str, Any]:
    status = visit.records.feeds.of(name, visit.now)
    names = ("name", "state", "why", "read_at", "items_at", "next_look_at", "is_blocked")
    return {key: getattr(status, key) for key in names}


def _row(one: StoredMention) -> dict[str, Any]:
    mention = Mention.model_validate(one.mention) if one.mention else None
    text = body_text(mention) if mention else ""
    names = ("id", "source", "url", "state", "why", "ticket_id", "thread", "carrier", "seen_at", "edited_at")
    return {
        **{name: getattr(one, name) for name in names},
        "author": (mention.author.name or mention.author.handle or "") if mention else "",
        "title": (mention.title or "") if mention else "",
        "text": text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}...",
    }


def take(visit: VisitDep, mention_id: MentionId, form: FormDep) -> str:
    """Make a ticket of one that was left out."""
    visit.note("take", f"mention {mention_id}")
    deps = visit.service.deps
    try:
        release(mention_id, deps.records.mentions, deps.engine.accept, deps.now())
    except CannotTake as error:
        raise HTTPException(404 if error.reason == "no_such_mention" else 409, str(error)) from error
    except CannotStore as error:
        raise HTTPException(503, "The queue cannot be written to; try again.") from error
    return with_query(HOME, {"state": form.get("state", "")})


PAGE = Page(HOME, "Mentions", "mentions.html", read, nav="Mentions", key="m")
TAKE = Deed("/desk/mentions/{mention_id}/take", take)
