"""Set the ticket's priority, so that it stands first where people look."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.strict import Strict

PriorityName = Literal["low", "normal", "high", "urgent"]


class PriorityKeys(Strict):
    priority: PriorityName | None = Field(default=None, description="Empty: the priority stays.")


class TicketPriority(Action):
    keys: ClassVar = PriorityKeys

    kind: Literal["priority"] = "priority"
    priority: PriorityName

    @classmethod
    def plan(cls, keys: PriorityKeys, context: PlanContext) -> Self | None:
        return cls(priority=keys.priority) if keys.priority else None

    def details(self) -> tuple[str, ...]:
        return (self.priority,)

    def would(self) -> str:
        return f"set the priority to {self.priority}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        change.priority = self.priority
        change.say(Section.DONE, f"priority set to {self.priority}")
        return self.outcome("done", self.priority)
