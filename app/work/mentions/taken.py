"""Keep one mention, new or known, and say what work follows: its ticket, or what its ticket is to be told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from app.feeds.filter import BY_US, NO_WORDS, is_written_by, says_nothing
from app.feeds.mention import Mention
from app.records.mentions import REMOVED, StoredMention
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.forget_post import forget_post
from app.work.mentions.change import changed
from app.work.mentions.new_mention import new_mention
from app.work.messages import (
    AnsweredOnPost,
    Cause,
    CreateMentionTicket,
    MentionChanged,
    Stored,
    TriageTicket,
    Work,
)

WITHIN = timedelta(days=1)
"""The same text by the same author is a repost."""
JUST_NOW = timedelta(minutes=5)
"""A step that was cut off takes it again."""
MentionWork = Annotated[CreateMentionTicket | TriageTicket, Field(discriminator="kind")]


class Taken(Stored):
    """What follows from what was taken. Work that is known already is not done twice."""

    works: tuple[MentionWork, ...] = ()
    is_read: bool = False
    """The feed was due, and answered."""


def queue(deps: Dependencies, taken: Taken) -> None:
    for message in taken.works:
        deps.engine.later(Work(message, once=True))


def take_mention(
    deps: Dependencies, mention: Mention, now: datetime, *, target: str = "", carrier: str = "", left_out: str = ""
) -> StoredMention:
    """`target`: where its address leads, if that is a short link; `carrier`: the feed or hook; empty: an own script.

    It is new if it was first seen `now`.
    """
    if not left_out and is_written_by(deps.rulebook.current().routing.team.handles, mention):
        left_out = BY_US
    if not (left_out or mention.deleted) and says_nothing(mention):
        left_out = NO_WORDS
    given = new_mention(mention, target or mention.url, carrier=carrier, left_out=left_out)
    day_before = (now - WITHIN).isoformat()
    at = now.isoformat()
    stored = deps.records.mentions.take(given, partial(changed, now=now), now=at, day_before=day_before)
    if stored.state == "gone" and stored.ticket_id is None and (stored.edited_at or "") >= (now - JUST_NOW).isoformat():
        forget_post(deps, stored)
    return stored


def taken_of(deps: Dependencies, mentions: Iterable[StoredMention]) -> Taken:
    """One list may bring the same one several times: it counts as it was in the end."""
    rows = {one.id: one for one in mentions}
    return Taken(works=tuple(work for row in rows.values() for work in works_of(deps, row)))


def works_of(deps: Dependencies, stored: StoredMention) -> list[MentionWork]:
    """Also of a mention that was stored before its work was queued."""
    if stored.state in {"waiting", "sending"}:
        return [ticket_work(stored.id, deps.now())]
    if stored.ticket_id is not None:
        return news_works(deps, stored)
    if stored.why != BY_US or not stored.mention:
        return []
    parent = deps.records.mentions.answered_by(stored)
    return [] if parent is None or parent.ticket_id is None else [_answer_work(deps, parent.ticket_id, stored)]


def ticket_work(mention_id: int, now: datetime) -> CreateMentionTicket:
    return CreateMentionTicket(key=f"mention:{mention_id}", accepted_at=now, mention_id=mention_id)


def news_works(deps: Dependencies, stored: StoredMention) -> list[MentionWork]:
    """What its ticket is to be told of the post."""
    if stored.ticket_id is None or not stored.news:
        return []
    if stored.news == REMOVED:  # also where the ticket is closed, and is told nothing
        forget_post(deps, stored)
    cause = MentionChanged(mention_id=stored.id, news=stored.news)
    return [_ticket_work(deps, f"mention:{stored.id}:{stored.news}", stored.ticket_id, cause)]


def answer_works(deps: Dependencies, stored: StoredMention) -> list[MentionWork]:
    """Answers of ours that came before the ticket of what they answer."""
    if stored.ticket_id is None:
        return []
    others = deps.records.mentions.of_thread(stored.source, stored.thread)
    answers = [one for one in others if one.why == BY_US and stored.is_named(one.in_reply_to)]
    return [_answer_work(deps, stored.ticket_id, one) for one in answers]


def _answer_work(deps: Dependencies, ticket_id: int, answer: StoredMention) -> TriageTicket:
    author = Mention.model_validate(answer.mention).author
    cause = AnsweredOnPost(by=author.name or author.handle, url=answer.url)
    return _ticket_work(deps, f"mention:{answer.id}:answers:{ticket_id}", ticket_id, cause)


def _ticket_work(deps: Dependencies, key: str, ticket_id: int, cause: Cause) -> TriageTicket:
    return TriageTicket(key=key, accepted_at=deps.now(), ticket_id=ticket_id, cause=cause)
