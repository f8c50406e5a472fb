"""What was found for a ticket, in GitLab and elsewhere, before its update is made. Stored with the work."""

from typing import Literal

from pydantic import Field

from app.rules.schema.strict import Strict


class IssueRef(Strict):
    """An issue, as far as people are told about it."""

    project_id: int = 0
    project: str
    iid: int
    title: str
    url: str
    state: str = "opened"
    score: float = 1.0
    confidential: bool = False
    """A stranger may not read it: neither its address nor its title stands in a text for the public."""
    closed_as: str = ""
    """Of an issue that was closed before the ticket came: the reason, by its key in `closing:`."""
    closed_on: str = ""
    """The day, or the time."""

    @property
    def name(self) -> str:
        return f"{self.project}#{self.iid}"


class Hint(Strict):
    """Something for a person to look at, in the internal note only."""

    text: str
    url: str = ""


class FoundSection(Strict):
    """A section of the documentation that may answer the ticket."""

    title: str
    url: str
    excerpt: str
    """The sentence that fits."""
    score: float


class AnsweredTicket(Strict):
    """A solved ticket of the same channel, for the internal note only."""

    title: str
    url: str
    answer: str
    """What was answered; empty: it is not known."""
    score: float


class Found(Strict):
    """What looking for an issue or incident led to, and what else may help with the ticket."""

    outcome: Literal["linked", "opened", "suggested", "waits", "none", "unreachable", "failed"] = "none"
    issue: IssueRef | None = None
    candidates: tuple[IssueRef, ...] = ()
    detail: str = ""
    hints: tuple[Hint, ...] = ()
    answered: tuple[AnsweredTicket, ...] = ()
    """The nearest first."""
    sections: tuple[FoundSection, ...] = ()
    """The best first."""
    removed: dict[str, int] = Field(default={})
    """Personal data and secrets that were kept out of GitLab: how many of each kind."""
