"""What one step hands to the next: stored with the work, so it is plain JSON, and typed so that nobody has to guess."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.triage.actions import Plan


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Read(_Stored):
    """The ticket as it was read, as far as acting on it needs it."""

    id: int
    subject: str
    body: str
    status: str
    tags: tuple[str, ...]
    updated_at: str
    public: bool
    url: str
    requester_name: str
    requester_id: int = 0


class Decided(_Stored):
    """A decision that is about to be carried out."""

    run_id: str
    event: str
    ticket: Read
    channel: str
    where: str
    archetype: str | None
    confidence: str
    decided_by: str
    why: str
    plan: Plan
    trace: tuple[dict[str, Any], ...]
    config_hash: str
    snapshot: dict[str, Any]
    """`app.ticket.Ticket` as plain JSON: kept with the decision."""
    thread: str
    answer: str = ""
    """What a team member wrote for the reporter, if that is the news."""
    parent: int | None = None
    """The ticket that this one answers, where the plan solves it too."""
    decided_at: str


class IssueRef(_Stored):
    """An issue, as far as people are told about it."""

    project_id: int = 0
    project: str
    iid: int
    title: str
    url: str
    state: str = "opened"
    score: float = 1.0
    confidential: bool = False


class Hint(_Stored):
    """Something for a person to look at, in the internal note only."""

    text: str
    url: str = ""


class Found(_Stored):
    """What looking for an issue or incident led to."""

    outcome: Literal["linked", "opened", "suggested", "waits", "none", "unreachable", "failed"] = "none"
    issue: IssueRef | None = None
    candidates: tuple[IssueRef, ...] = ()
    detail: str = ""
    hints: tuple[Hint, ...] = ()
    removed: dict[str, int] = {}
    """Personal data and secrets that were kept out of GitLab: how many of each kind."""
