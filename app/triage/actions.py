"""What a plan can hold. A new kind of action is one class here, one line in `Action`, and one file in work/actions/."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.rules.schema.archetypes import IncidentsConfig, IssueConfig


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    held: str = ""
    """Why it is not carried out ("mode is `suggest`"); empty: it is."""

    def details(self) -> tuple[str, ...]:
        """What it is about, in single words: `kind:detail` is how rule tests name it."""
        return ()

    def would(self) -> str:
        """What it comes to, for a dry run: "would: …"."""
        raise NotImplementedError


class Tags(_Action):
    """Add tags, and take back those of ours that no longer hold. Those that others set stay."""

    kind: Literal["tags"] = "tags"
    add: tuple[str, ...]
    remove: tuple[str, ...] = ()

    def details(self) -> tuple[str, ...]:
        return self.add

    def would(self) -> str:
        removed = f", remove {', '.join(self.remove)}" if self.remove else ""
        return f"add the tags {', '.join(self.add)}{removed}"


class Status(_Action):
    kind: Literal["status"] = "status"
    status: str

    def details(self) -> tuple[str, ...]:
        return (self.status,)

    def would(self) -> str:
        return f"set the status to {self.status}"


class Assign(_Action):
    """Hand the ticket to a group or an agent, both by name."""

    kind: Literal["assign"] = "assign"
    group: str = ""
    assignee: str = ""

    def details(self) -> tuple[str, ...]:
        return tuple(name for name in (self.group, self.assignee) if name)

    def would(self) -> str:
        return f"assign it to {' / '.join(self.details())}"


class Issue(_Action):
    """Find the issue that this ticket reports, or open one."""

    kind: Literal["issue"] = "issue"
    policy: IssueConfig
    confidential: bool
    wish: str = ""
    """What a person asked for: `open` (a new one), `look` (wait no longer) or `link:<project>#<iid>`; empty: nobody."""

    def details(self) -> tuple[str, ...]:
        return (self.policy.tracker, "confidential" if self.confidential else "public")

    def would(self) -> str:
        if self.policy.open_when == "never":
            return f"look for related issues in {self.policy.tracker}"
        kind = "a confidential one" if self.confidential else "one"
        return f"look for its issue in {self.policy.tracker}, else open {kind} ({self.policy.open_when})"


class Incident(_Action):
    """Find the incident that explains the complaint; what follows depends on whether there is one."""

    kind: Literal["incident"] = "incident"
    incidents: IncidentsConfig

    def details(self) -> tuple[str, ...]:
        return self.incidents.trackers

    def would(self) -> str:
        return f"look for an open incident in {', '.join(self.incidents.trackers)}"


class Reply(_Action):
    """A text for the person who wrote: sent, or suggested in the internal note."""

    kind: Literal["reply"] = "reply"
    macro: str
    sent: bool
    where: str = ""
    """Where an answer has to be written by hand, if Zendesk cannot deliver one."""

    def details(self) -> tuple[str, ...]:
        return (self.macro, "sent" if self.sent else "suggested")

    def would(self) -> str:
        place = f", to be written at {self.where}" if self.where else ""
        return f"{'send' if self.sent else 'suggest'} the reply {self.macro}{place}"


class Forward(_Action):
    kind: Literal["forward"] = "forward"
    to: str = ""
    group: str = ""
    macro: str = ""

    def details(self) -> tuple[str, ...]:
        return tuple(name for name in (self.to, self.group) if name)

    def would(self) -> str:
        return f"forward it to {' / '.join(self.details())}"


class Spam(_Action):
    """Mark as spam: Zendesk suspends the sender with it."""

    kind: Literal["spam"] = "spam"

    def would(self) -> str:
        return "mark it as spam (Zendesk suspends the sender)"


class SolveParent(_Action):
    """Solve the ticket that this one answers: the last one of the same post that came before it."""

    kind: Literal["solve_parent"] = "solve_parent"

    def would(self) -> str:
        return "solve the ticket that it answers"


class Note(_Action):
    """The internal note: what was done and why. Sentences, as advocates read them."""

    kind: Literal["note"] = "note"
    sentences: tuple[str, ...]

    def would(self) -> str:
        return f"write an internal note: {' '.join(self.sentences)}"


Action = Annotated[
    Tags | Status | Assign | Issue | Incident | Reply | Forward | Spam | SolveParent | Note, Field(discriminator="kind")
]


class Plan(BaseModel):
    """All that a verdict leads to, also what is held back: a dry run and the record are the same list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["live", "suggest", "shadow"]
    actions: tuple[Action, ...]

    def wanted(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if not action.held)
