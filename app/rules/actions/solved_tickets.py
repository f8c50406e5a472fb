"""Solved tickets of the same channel that are alike, with what was answered: for the internal note only."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import SKIPPED_SUGGEST, Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.base import Share
from app.rules.schema.strict import Strict


class SolvedTicketsKeys(Strict):
    solved_tickets_at: Share | None = Field(
        default=None,
        description="Similarity from which solved tickets of the same channel stand in the note. Empty: none do.",
    )


class SolvedTickets(Action):
    keys: ClassVar = SolvedTicketsKeys
    looks_up: ClassVar = True

    kind: Literal["solved_tickets"] = "solved_tickets"
    show_at: float

    @classmethod
    def plan(cls, keys: SolvedTicketsKeys, context: PlanContext) -> Self | None:  # as the others
        return None if keys.solved_tickets_at is None else cls(show_at=keys.solved_tickets_at)

    def suggested(self, why: str = SKIPPED_SUGGEST) -> Self:  # it is a suggestion already
        return self

    def would(self) -> str:
        return "look for solved tickets that are alike"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        for one in context.found.answered:
            answer = one.answer or "the answer stands in the ticket"
            change.offer(Section.ANSWERED, f": {answer} ({one.score:.0%} similar)", name=one.title, url=one.url)
        count = len(context.found.answered)
        if not count:
            return self.outcome("skipped", "no solved ticket is near")
        return self.outcome("done", "one solved ticket shown" if count == 1 else f"{count} solved tickets shown")
