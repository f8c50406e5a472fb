"""Hand the ticket to a group or an agent, both by name."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.strict import Strict, Text


class AssignKeys(Strict):
    group: Text | None = Field(default=None, description="A Zendesk group.")
    assignee: Text | None = Field(default=None, description="An agent's e-mail address.")


class Assign(Action):
    keys: ClassVar = AssignKeys

    kind: Literal["assign"] = "assign"
    group: str = ""
    assignee: str = ""

    @classmethod
    def plan(cls, keys: AssignKeys, context: PlanContext) -> Self | None:
        group, assignee = keys.group or "", keys.assignee or ""
        return cls(group=group, assignee=assignee) if group or assignee else None

    def details(self) -> tuple[str, ...]:
        return tuple(name for name in (self.group, self.assignee) if name)

    def would(self) -> str:
        return f"assign it to {' / '.join(self.details())}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        change.group, change.assignee = self.group, self.assignee
        change.say(Section.DONE, f"assigned to {' / '.join(self.details())}")
        return self.outcome("done", self.group or self.assignee)
