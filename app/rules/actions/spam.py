"""Mark as spam: Zendesk suspends the sender with it."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, Instead, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.strict import Strict, Tag
from app.rules.verdict import Verdict


class SpamConfig(Strict):
    """When a ticket is marked as spam. Zendesk suspends the sender with it, so only when it is certain."""

    mark_at: Annotated[float, Field(ge=0.9, le=1, strict=True)] | Literal["rule", "never"] = Field(
        default="rule",
        description="`rule`: only for a route of high confidence; a number: also for the model from there on.",
    )
    else_tag: Tag = "maybe_spam"

    def is_certain(self, verdict: Verdict) -> bool:
        if self.mark_at == "never":
            return False
        if verdict.decided_by.startswith("route:"):
            return verdict.confidence == "high"
        bar, likely = self.mark_at, verdict.probability
        return isinstance(bar, float) and likely is not None and likely >= bar


class SpamKeys(Strict):
    spam: SpamConfig | None = None


class Spam(Action):
    keys: ClassVar = SpamKeys
    capped: ClassVar = True

    kind: Literal["spam"] = "spam"

    @classmethod
    def plan(cls, keys: SpamKeys, context: PlanContext) -> Self | None:
        return cls() if keys.spam and keys.spam.is_certain(context.verdict) else None

    @classmethod
    def instead(cls, keys: SpamKeys, context: PlanContext) -> Instead | None:
        if keys.spam is None or context.verdict.decided_by == "person":
            return None
        return Instead((keys.spam.else_tag,), "Mark it as spam if it is: Zendesk then suspends the sender.")

    def would(self) -> str:
        return "mark it as spam (Zendesk suspends the sender)"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        change.spam = True
        change.say(Section.DONE, "marked as spam; Zendesk suspends the sender")
        return self.outcome("done", "marked as spam; Zendesk suspends the sender")
