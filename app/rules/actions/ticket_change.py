"""The one update of a ticket, as its actions make it: each adds its part, and its lines of the internal note."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

ActionState = Literal["done", "skipped", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What became of one action, in words."""

    kind: str
    state: ActionState
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "state": self.state, "detail": self.detail}


class Section(IntEnum):
    """The parts of the internal note, in the order in which they are read."""

    NEXT = 1
    """What the advocate should do now."""
    LATER = 2
    """What happens by itself; in the same paragraph."""
    ANSWER = 3
    ISSUE = 4
    DOCS = 5
    ANSWERED = 6
    GIVEN = 7
    """What the report says, and what it lacks."""
    DONE = 8
    """What was done beside that."""
    NOT_DONE = 9
    WHY = 10


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a section. `name` stands before the text, as a link if there is a `url`."""

    section: Section
    text: str
    name: str = ""
    url: str = ""
    label: str = ""
    """Instead of the section's own."""
    quoted: bool = False
    """A text to send, word for word."""
    listed: bool = False
    """One of several to choose from."""


@dataclass
class TicketChange:
    """Grows with each action; then it is one PUT."""

    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    status: str | None = None
    priority: str | None = None
    group: str = ""
    assignee: str = ""
    reply: str = ""
    """The public comment, if one is sent."""
    spam: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    """Ticket fields by id."""
    title: str = ""
    """Of the internal note; empty: no note is written."""
    note: list[NoteLine] = field(default_factory=list)
    answer_waits: bool = False
    """A person has an answer to send."""
    issue_may_follow: bool = False
    """There is no issue yet, and one may still be linked or opened."""
    outcomes: list[ActionOutcome] = field(default_factory=list)

    def say(self, section: Section, text: str, *, name: str = "", url: str = "", label: str = "") -> None:
        """Add a line to the internal note."""
        self.note.append(NoteLine(section, text, name, url, label))

    def offer(self, section: Section, text: str, *, name: str, url: str = "", label: str = "") -> None:
        """Add one of several things to choose from."""
        self.note.append(NoteLine(section, text, name, url, label, listed=True))

    def submit_as(self, status: str) -> None:
        """A ticket that is solved before its answer is sent is out of sight: the person who sends it does both."""
        line = NoteLine(Section.NEXT, f"Submit it as {status}.")
        if line not in self.note:
            self.note.append(line)

    def quote(self, text: str, label: str) -> None:
        """Add a text to send."""
        self.note.append(NoteLine(Section.ANSWER, text, label=label, quoted=True))

    @property
    def answer(self) -> str:
        """The text for the person who wrote, sent or suggested."""
        return self.reply or "\n".join(
            line.text for line in self.note if line.quoted and line.section is Section.ANSWER
        )

    def tags(self, present: Iterable[str]) -> list[str]:
        """The full list that the ticket will have: Zendesk replaces, so nothing of others may be left out."""
        kept = [tag for tag in present if tag not in self.remove]
        return list(dict.fromkeys([*kept, *self.add]))
