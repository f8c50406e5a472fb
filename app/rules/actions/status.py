"""Set the ticket's status."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.base import Status as StatusName
from app.rules.schema.strict import Strict


class StatusKeys(Strict):
    status: StatusName | None = Field(default=None, description="Empty: the status stays.")


class Status(Action):
    keys: ClassVar = StatusKeys
    capped: ClassVar = True
    needs_rule: ClassVar = True

    kind: Literal["status"] = "status"
    status: str

    @classmethod
    def plan(cls, keys: StatusKeys, context: PlanContext) -> Self | None:
        return cls(status=keys.status) if keys.status else None

    def details(self) -> tuple[str, ...]:
        return (self.status,)

    def would(self) -> str:
        return f"set the status to {self.status}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        issue = context.found.issue
        if self.status == "hold" and issue and issue.closed_as:
            return self.outcome("skipped", "its issue is closed: nothing would bring the ticket back")
        if self._goes_with_answer(change):
            return self.outcome("waiting", f"{self.status} when the answer is sent")
        change.status = self.status
        change.say(Section.DONE, f"status set to {self.status}")
        return self.outcome("done", self.status)

    def leave(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        if self._goes_with_answer(change):
            return self.outcome("skipped", self.skip_reason)
        return super().leave(change, context)

    def _goes_with_answer(self, change: TicketChange) -> bool:
        if self.status != "solved" or not change.answer_waits:
            return False
        change.submit_as(self.status)
        return True
