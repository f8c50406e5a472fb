"""What a kind of action is: its keys in the YAML, when it is planned, and what it does to the ticket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from app.rules.actions.findings import Found
from app.rules.actions.report_details import ReportDetails
from app.rules.actions.ticket_change import ActionOutcome, ActionState, Section, TicketChange
from app.rules.channels import ChannelOf
from app.rules.macros import ANYTHING, MissingValue, Rendered, render
from app.rules.placeholders import Needs
from app.rules.post_length import PostLimit
from app.rules.schema.base import ReplyMode
from app.rules.schema.documentation import DocsConfig
from app.rules.schema.macros import MacrosConfig
from app.rules.schema.strict import Strict
from app.rules.verdict import Previous, Verdict
from app.ticket import Ticket

SKIPPED_SHADOW = "the mode is shadow"
SKIPPED_SUGGEST = "the mode is suggest"
SKIPPED_UNSURE = "a person has to confirm it first"
SKIPPED_MODEL = "no rule matched, only the model decided"


@dataclass(frozen=True, slots=True)
class Instead:
    """What takes the place of an action that is too risky now."""

    tags: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What a plan depends on, beside what the archetype says."""

    ticket: Ticket
    verdict: Verdict
    channel: ChannelOf
    channel_title: str
    channel_tags: tuple[str, ...]
    reply_mode: ReplyMode
    """Of `defaults:`."""
    account: str = ""
    """That answers; empty: nobody need choose."""
    not_accounts: tuple[str, ...] = ()
    """Others of ours that were addressed."""
    archetype_title: str = ""
    remark_tags: tuple[str, ...] = ()
    remark_notes: tuple[str, ...] = ()
    asks: str = ""
    """What the answer should ask, by the remarks."""
    previous: Previous | None = None
    instead: tuple[Instead, ...] = ()
    """Of actions that are not planned."""
    docs: DocsConfig | None = None


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """What is known when a plan is carried out."""

    ticket_id: int
    channel: str
    macros: MacrosConfig
    values: Mapping[str, str]
    """Of the placeholders of replies."""
    found: Found
    details: ReportDetails = field(default_factory=ReportDetails)
    missing: Sequence[str] = ()
    """What the issue's template asks for and the report lacks."""
    issue_field: str = ""
    """The ticket field for the issue's address, by id."""
    parent: int | None = None
    """The ticket that this one answers."""
    limit: PostLimit = ANYTHING
    """Of an answer there."""
    account: str = ""
    """That answers."""
    where: str = ""
    """Where an answer has to be written by hand; empty: Zendesk delivers it."""
    nobody_there: bool = False
    """The account of who wrote is deleted in Zendesk."""
    no_address: bool = False
    """Zendesk would send an answer by e-mail, and knows no address."""
    comes_back: bool = True
    """Is a ticket opened again when its issue is closed?"""
    closed_reply: str | None = None
    """The issue was closed before the ticket came: the macro that says so; empty: there is none. None: it is open."""

    @property
    def is_confidential(self) -> bool:
        """May a stranger not read the issue?"""
        return self.found.issue is not None and self.found.issue.confidential

    def text(self, macro: str) -> Rendered | str:
        """The macro's text, or why there is none."""
        try:
            hidden = self.is_confidential
            return render(self.macros, macro, self.channel, self.values, without_issue=hidden, limit=self.limit)
        except MissingValue as error:
            return str(error)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in an action's keys that must exist elsewhere in the YAML."""

    kind: Literal["macro", "template", "tracker", "channel"]
    name: str
    path: tuple[str | int, ...]
    """Below the archetype."""
    knows: frozenset[Needs] = frozenset()
    """Of a macro: what is known where its text is used, beside what the archetype's actions provide."""


class Action(Strict):
    """One thing to do. A kind is a subclass in a file of its own, and one line in the registry."""

    keys: ClassVar[type[Strict]] = Strict
    """What an archetype in routing.yaml may say about it: these become keys of the archetype."""
    capped: ClassVar[bool] = False
    """May `caps:` limit it?"""
    needs_rule: ClassVar[bool] = False
    """Is it hard to undo? Then the model alone never does it: a rule or a person decides."""
    looks_up: ClassVar[bool] = False
    """Is something looked up in GitLab before the ticket is changed?"""

    kind: str
    skip_reason: str = ""
    """Why it is not carried out; empty: it is."""

    @classmethod
    def name(cls) -> str:
        """The kind, as `caps:` and rule tests call it."""
        return str(cls.model_fields["kind"].default)

    @classmethod
    def plan(cls, keys: Any, context: PlanContext) -> Self | None:
        """The action that an archetype with these keys leads to. Without an archetype all keys have their defaults."""
        raise NotImplementedError

    @classmethod
    def instead(cls, keys: Any, context: PlanContext) -> Instead | None:
        """Asked when `plan` gives None."""
        return None

    @classmethod
    def references(cls, keys: Any) -> Iterator[Reference]:
        yield from ()

    @classmethod
    def provides(cls, keys: Any) -> frozenset[Needs]:
        """What macros of the same archetype may name because of it."""
        return frozenset()

    @property
    def acts(self) -> bool:
        """Is it carried out by the service, not only suggested to a person?"""
        return not self.skip_reason

    def skipped(self, why: str) -> Self:
        """The same, left to a person."""
        return self.model_copy(update={"skip_reason": why})

    def suggested(self, why: str = SKIPPED_SUGGEST) -> Self:
        """As it is in mode `suggest`."""
        return self.skipped(why)

    def details(self) -> tuple[str, ...]:
        """What it is about, in single words: `kind:detail` is how rule tests name it."""
        return ()

    def would(self) -> str:
        """What it comes to, for a dry run: "would: ...", and for the note where it is skipped."""
        raise NotImplementedError

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        """Add its part to the change."""
        raise NotImplementedError

    def leave(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        """It is skipped: say so in the note."""
        change.say(Section.NOT_DONE, self.would(), label=f"Not done, because {self.skip_reason}")
        return self.outcome("skipped", self.skip_reason)

    def outcome(self, state: ActionState, detail: str) -> ActionOutcome:
        return ActionOutcome(self.kind, state, detail)
