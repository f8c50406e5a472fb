"""What the API answers. Other programs rely on these names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from app.records.attempts import Attempt
from app.records.decisions import Decision
from app.records.failures import Failure
from app.records.links import Link


class RefusalOut(BaseModel):
    detail: str = Field(description="What is wrong, and what to do about it.")


class WrongPartOut(BaseModel):
    loc: list[str | int] = Field(description="Where in the request.")
    msg: str
    type: str


class NotUnderstoodOut(BaseModel):
    detail: str | list[WrongPartOut]


class ActionOut(BaseModel):
    kind: str
    state: Literal["done", "skipped", "failed", "waiting"]
    detail: str


class LinkOut(BaseModel):
    project: str
    iid: int
    url: str
    state: str = Field(description="Of the issue, as the ticket was last notified of it: opened, closed or gone.")
    following: Literal["active", "paused", "removed"] = Field(
        description="paused: the ticket gets no news of the issue"
    )

    @classmethod
    def of(cls, link: Link) -> LinkOut:
        return cls(project=link.project, iid=link.iid or 0, url=link.url, state=link.state, following=link.following)


class FollowingIn(BaseModel):
    """What is to become of a link."""

    project: str = Field(description="The project's path, as the link has it.")
    iid: int = Field(ge=1, le=2**63 - 1)
    following: Literal["active", "paused", "removed"]


class LinksOut(BaseModel):
    links: list[LinkOut]


class DecisionOut(BaseModel):
    """A decision: what was concluded, from what, and what became of it."""

    ticket_id: int
    archetype: str | None = Field(description="Null: the service abstains and a person decides.")
    confidence: str | None
    decided_by: str = Field(description="route:<name>, person, source, language, model, language_model or none")
    mode: str
    actions: list[ActionOut]
    links: list[LinkOut]
    trace: list[Mapping[str, object]]
    config_hash: str
    state: Literal["done", "working", "waiting", "failed"]
    decided_at: str
    channel: str
    summary: str
    forgotten: bool = Field(
        description="Older than `retention.texts_days`: the ticket's text and the trace are no longer kept."
    )

    @classmethod
    def of(cls, decision: Decision, links: list[Link]) -> DecisionOut:
        return cls(
            ticket_id=decision.ticket_id,
            archetype=decision.archetype,
            confidence=decision.confidence,
            decided_by=decision.decided_by,
            mode=decision.mode,
            actions=[ActionOut(**action) for action in decision.actions],
            links=[LinkOut.of(link) for link in links],
            trace=list(decision.trace),
            config_hash=decision.config_hash,
            state=decision.state,
            decided_at=decision.decided_at,
            channel=decision.channel,
            summary=decision.summary,
            forgotten=decision.forgotten,
        )


class TicketOut(DecisionOut):
    """The newest decision about a ticket, and the ones before it."""

    history: list[DecisionOut]


class DecisionsOut(BaseModel):
    decisions: list[DecisionOut]


class AttemptOut(BaseModel):
    """One try that did not succeed."""

    at: str
    step: str
    source: str
    reason: str
    message: str
    generation: int = Field(description="0; one more for each retry by hand.")
    number: int = Field(description="From 1 in each generation.")


class FailureOut(BaseModel):
    """`reason` and `message`: the cause; `step`: where; `tries`: all that came before it."""

    id: int
    source: str
    ticket_id: int | None
    step: str
    reason: str
    message: str
    attempts: int
    state: str
    failed_at: str
    because: str = Field(description="Why a person ignores it.")
    tries: list[AttemptOut]

    @classmethod
    def of(cls, failure: Failure, tries: Sequence[Attempt] = ()) -> FailureOut:
        return cls(
            id=failure.id or 0,
            source=failure.source,
            ticket_id=failure.ticket_id,
            step=failure.step,
            reason=failure.reason,
            message=failure.message,
            attempts=failure.attempts,
            state=failure.state,
            failed_at=failure.failed_at,
            because=failure.because,
            tries=[AttemptOut(**{name: getattr(one, name) for name in AttemptOut.model_fields}) for one in tries],
        )


class FailuresOut(BaseModel):
    failures: list[FailureOut]
