"""Hand the ticket to somebody else. Zendesk has no call that forwards: the note holds text and address."""

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from app.rules.actions.action import Action, ChangeContext, PlanContext, Reference
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.base import MacroName
from app.rules.schema.strict import Strict, Text


class ForwardConfig(Strict):
    """Hands the ticket to somebody else: a person, a group of agents, or both."""

    to: Text | None = Field(default=None, description="An e-mail address.")
    group: Text | None = Field(default=None, description="A Zendesk group.")
    macro: MacroName | None = Field(default=None, description="The covering note; without it the plain text is sent.")

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.to is None and self.group is None:
            raise ValueError("give `to`, `group` or both")
        return self


class ForwardKeys(Strict):
    forward: ForwardConfig | None = None


class Forward(Action):
    keys: ClassVar = ForwardKeys
    capped: ClassVar = True
    needs_rule: ClassVar = True

    kind: Literal["forward"] = "forward"
    to: str = ""
    group: str = ""
    macro: str = ""

    @classmethod
    def plan(cls, keys: ForwardKeys, context: PlanContext) -> Self | None:
        forward = keys.forward
        if forward is None:
            return None
        return cls(to=forward.to or "", group=forward.group or "", macro=forward.macro or "")

    @classmethod
    def references(cls, keys: ForwardKeys) -> Iterator[Reference]:
        if keys.forward and keys.forward.macro:
            yield Reference("macro", keys.forward.macro, ("forward", "macro"))

    def details(self) -> tuple[str, ...]:
        return tuple(name for name in (self.to, self.group) if name)

    def would(self) -> str:
        return f"forward it to {' / '.join(self.details())}"

    def leave(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        """The person who decides has the text at hand."""
        text = context.text(self.macro) if self.macro else ""
        if not isinstance(text, str):
            change.quote(text.text, f"Text for {self.to or self.group}")
        return super().leave(change, context)

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        to = self.to or self.group
        text = context.text(self.macro) if self.macro else None
        change.group = self.group or change.group
        if isinstance(text, str):
            change.say(Section.NEXT, f"Forward this ticket to {to}, with a text of your own: {text}.")
            return self.outcome("failed", text)
        change.say(Section.NEXT, f"Forward this ticket to {to}{' with the text below' if text else ''}.")
        if text:
            change.add += text.tags
            change.quote(text.text, f"Text for {to}")
        return self.outcome("done", f"to {to}")
