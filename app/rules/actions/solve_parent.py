"""Solve the ticket that this one answers: the last one of the same post that came before it."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.strict import Flag, Strict


class SolveParentKeys(Strict):
    solve_parent: Flag = Field(default=False, description="Solve the ticket of the comment that this one answers too.")


class SolveParent(Action):
    keys: ClassVar = SolveParentKeys
    needs_rule: ClassVar = True

    kind: Literal["solve_parent"] = "solve_parent"

    @classmethod
    def plan(cls, keys: SolveParentKeys, context: PlanContext) -> Self | None:
        return cls() if keys.solve_parent else None

    def would(self) -> str:
        return "solve the ticket that it answers"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        if context.parent is None:
            return self.outcome("skipped", "no earlier ticket of this post is known")
        change.say(Section.DONE, f"ticket {context.parent}, which this one answers, is solved too")
        return self.outcome("done", f"ticket {context.parent}")
