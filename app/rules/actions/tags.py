"""Add tags, and take back those of ours that no longer hold. Those that others set stay."""

from typing import ClassVar, Literal, Self

from app.rules.actions.action import SKIPPED_SUGGEST, Action, ChangeContext, PlanContext
from app.rules.actions.ticket_change import ActionOutcome, TicketChange
from app.rules.schema.strict import Strict, Tag
from app.tags import ABSTAINED_TAG, ARCHETYPE_TAG, CONFIDENCE_TAG, DONE_TAG, THREAD_TAG


class TagsKeys(Strict):
    tags: tuple[Tag, ...] = ()


class Tags(Action):
    keys: ClassVar = TagsKeys

    kind: Literal["tags"] = "tags"
    add: tuple[str, ...]
    remove: tuple[str, ...] = ()

    @classmethod
    def plan(cls, keys: TagsKeys, context: PlanContext) -> Self | None:
        verdict, present = context.verdict, context.ticket.tags
        own = ARCHETYPE_TAG + str(verdict.archetype)
        chosen = [own, CONFIDENCE_TAG + verdict.confidence] if verdict.archetype else [ABSTAINED_TAG]
        instead = [tag for one in context.instead for tag in one.tags]
        add = [*chosen, *keys.tags, *instead, *verdict.tags, *context.channel_tags, *context.remark_tags, DONE_TAG]
        ours = set(context.previous.tags) if context.previous else set()
        # A tag that we set before and that is gone was removed by a person: it is not put back. The archetype that the
        # verdict stands for is no such tag, because it was chosen by the same look at the ticket.
        removed = ours - set(present) - {own}
        wanted = [tag for tag in dict.fromkeys(add) if tag not in removed]
        # Which post it stands under is not for the verdict to say.
        ours = {tag for tag in ours if not tag.startswith(THREAD_TAG)}
        stale = [tag for tag in present if tag in ours and tag not in wanted]
        if verdict.archetype and verdict.decided_by == "person":
            stale += [tag for tag in present if _outdated(tag, own) and tag not in stale]
        return cls(add=tuple(wanted), remove=tuple(stale))

    def suggested(self, why: str = SKIPPED_SUGGEST) -> Self:
        return self

    def details(self) -> tuple[str, ...]:
        return self.add

    def would(self) -> str:
        removed = f", remove {', '.join(self.remove)}" if self.remove else ""
        return f"add the tags {', '.join(self.add)}{removed}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        change.add += self.add
        change.remove += self.remove
        return self.outcome("done", ", ".join([*self.add, *(f"without {tag}" for tag in self.remove)]))


def _outdated(tag: str, own: str) -> bool:
    """Once a person has chosen, the other archetype and the call for a decision go."""
    return tag == ABSTAINED_TAG or (tag.startswith(ARCHETYPE_TAG) and tag != own)
