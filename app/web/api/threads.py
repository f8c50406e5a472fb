"""GET /api/threads: post by post, which comments have answers and which have none."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.feeds.filter import BY_US
from app.records.decisions import ThreadDecision
from app.records.mentions import StoredMention
from app.tags import search_address, thread_tag
from app.web.api.dependencies import ServiceDep
from app.work.jobs.dependencies import Dependencies
from integrations.errors import IntegrationError

DAYS = 30
MOST = 100
Answered = Literal["answered", "waits", "gone", "no_ticket_yet"]

router = APIRouter(prefix="/api", tags=["mentions"])


class CommentOut(BaseModel):
    ticket_id: int | None
    mention_id: int | None = Field(description="Null: the ticket came from Zendesk itself.")
    url: str
    author: str
    archetype: str | None
    state: Answered = Field(description="answered: by one of us on the post itself; gone: it was deleted")
    status: str = Field(default="", description="Of the ticket; empty while Zendesk does not answer.")
    answer: str = Field(description="Who answered, and where.")
    at: str


class ThreadOut(BaseModel):
    source: str
    thread: str = Field(description="The post's address, or what its source calls it.")
    title: str
    tickets_url: str = Field(description="Where Zendesk shows the tickets of all its comments.")
    newest_at: str
    waiting: int = Field(default=0, description="How many are neither answered, nor solved, nor gone.")
    comments: list[CommentOut]


class ThreadsOut(BaseModel):
    threads: list[ThreadOut]


@router.get("/threads", summary=f"Posts of the last {DAYS} days with their comments, the newest first")
def threads(
    service: ServiceDep,
    source: Annotated[str, Query(max_length=32)] = "",
    thread: Annotated[str, Query(max_length=512)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ThreadsOut:
    """Only of channels with `one_thread_per: post` are tickets that Zendesk has of itself among them."""
    deps = service.deps
    records, since = deps.records, (deps.now() - timedelta(days=DAYS)).isoformat()
    newest: dict[tuple[str, str], str] = {}
    for one in (*records.mentions.threads(since, limit=MOST), *records.decisions.threads(since, limit=MOST)):
        key = (one.source, one.thread)
        newest[key] = max(newest.get(key, ""), one.newest_at)
    wanted = [key for key in newest if source in {"", key[0]} and thread in {"", key[1]}]
    chosen = sorted(wanted, key=lambda key: newest[key], reverse=True)[:limit]
    answering = {name for name, one in deps.rulebook.current().routing.archetypes.items() if one.solve_parent}
    found = [_thread(deps, *key, newest[key], answering) for key in chosen]
    statuses = _statuses(deps, [one.ticket_id for post in found for one in post.comments if one.ticket_id])
    return ThreadsOut(threads=[_with_statuses(one, statuses) for one in found])


def _statuses(deps: Dependencies, ticket_ids: Sequence[int]) -> dict[int, str]:
    """A list without them is better than none."""
    found: dict[int, str] = {}
    with suppress(IntegrationError):
        for start in range(0, len(ticket_ids), MOST):
            found |= deps.zendesk.statuses(ticket_ids[start : start + MOST])
    return found


def _with_statuses(post: ThreadOut, statuses: Mapping[int, str]) -> ThreadOut:
    comments = [one.model_copy(update={"status": statuses.get(one.ticket_id or 0, "")}) for one in post.comments]
    waiting = sum(
        one.state in {"waits", "no_ticket_yet"} and one.status not in {"solved", "closed"} for one in comments
    )
    return post.model_copy(update={"comments": comments, "waiting": waiting})


def _thread(deps: Dependencies, source: str, thread: str, newest_at: str, answering: Collection[str]) -> ThreadOut:
    records = deps.records
    seen = records.mentions.of_thread(source, thread)
    decided: dict[int, list[ThreadDecision]] = {}
    for one in records.decisions.of_thread(thread, source):
        decided.setdefault(one.ticket_id, []).append(one)
    answers = [one for one in seen if one.why == BY_US]
    comments = [_mentioned(one, decided.pop(one.ticket_id or 0, []), answers) for one in seen if _is_comment(one)]
    comments += [_of_ticket(ticket_id, rows) for ticket_id, rows in decided.items()]
    titles = (one.mention.get("thread", {}).get("title", "") for one in seen)
    return ThreadOut(
        source=source,
        thread=thread,
        title=next((title for title in titles if title), ""),
        tickets_url=search_address(deps.settings.zendesk_url, thread_tag(source, thread)),
        newest_at=newest_at,
        comments=sorted((one for one in comments if one.archetype not in answering), key=lambda one: one.at),
    )


def _is_comment(stored: StoredMention) -> bool:
    return stored.ticket_id is not None or stored.state in {"waiting", "sending"}


def _mentioned(stored: StoredMention, rows: Sequence[ThreadDecision], answers: Sequence[StoredMention]) -> CommentOut:
    answer = next((_by(one) for one in answers if stored.is_named(one.in_reply_to)), "") or _said(rows)
    state: Answered = (
        "gone"
        if stored.state == "gone"
        else "answered"
        if answer
        else "waits"
        if stored.ticket_id is not None
        else "no_ticket_yet"
    )
    return CommentOut(
        ticket_id=stored.ticket_id,
        mention_id=stored.id,
        url=stored.url,
        author=_author(stored),
        archetype=rows[0].archetype if rows else None,
        state=state,
        answer=answer,
        at=stored.seen_at,
    )


def _of_ticket(ticket_id: int, rows: Sequence[ThreadDecision]) -> CommentOut:
    answer = _said(rows)
    return CommentOut(
        ticket_id=ticket_id,
        mention_id=None,
        url="",
        author="",
        archetype=rows[0].archetype,
        state="answered" if answer else "waits",
        answer=answer,
        at=rows[-1].decided_at,
    )


def _said(rows: Sequence[ThreadDecision]) -> str:
    return next((one.summary for one in rows if one.is_answer), "")


def _by(answer: StoredMention) -> str:
    return f"Answered on the post by {_author(answer)}: {answer.url}"


def _author(stored: StoredMention) -> str:
    author = stored.mention.get("author", {})
    return str(author.get("name") or author.get("handle") or "")
