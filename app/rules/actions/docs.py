"""Sections of the documentation that may answer: shown in the note, and the best one offered when it is sure."""

from typing import Any, ClassVar, Literal, Self

from app.rules.actions.action import SKIPPED_SUGGEST, Action, ChangeContext, PlanContext
from app.rules.actions.reply import suggest
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.strict import Strict


class DocsKeys(Strict):
    """None: `docs:` of routing.yaml says for which archetypes it is."""


class Docs(Action):
    keys: ClassVar = DocsKeys
    looks_up: ClassVar = True

    kind: Literal["docs"] = "docs"
    show_at: float
    is_report: bool = False
    """Of something that seems wrong, and may be as it is meant to be."""
    macro: str = ""
    """The reply that offers the best section; empty: none does, or the archetype has a reply of its own."""

    @classmethod
    def plan(cls, keys: Any, context: PlanContext) -> Self | None:
        docs, verdict = context.docs, context.verdict
        if docs is None or verdict.archetype not in docs.archetypes:
            return None
        answers = docs.reply and verdict.confidence == "high" and not (keys.reply or keys.never_reply or verdict.macro)
        is_report = keys.issue is not None and keys.issue.open_when != "never"
        # A section that only touches on it would say nothing about how it is meant to work.
        show_at = docs.offer_at if is_report else docs.show_at
        return cls(show_at=show_at, is_report=is_report, macro=docs.reply or "" if answers else "")

    def suggested(self, why: str = SKIPPED_SUGGEST) -> Self:  # it is a suggestion already
        return self

    def would(self) -> str:
        return "look in the documentation"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        sections = context.found.sections
        if sections and self.is_report:
            change.say(Section.DOCS, "It may work as documented here:")
        for one in sections:
            change.offer(Section.DOCS, f": {one.excerpt} ({one.score:.0%} similar)", name=one.title, url=one.url)
        if self.macro and context.values.get("docs_url"):
            suggest(self.macro, change, context)
            return self.outcome("done", f"suggested {self.macro}")
        if not sections:
            return self.outcome("skipped", "no section of the documentation is near")
        return self.outcome("done", "one section shown" if len(sections) == 1 else f"{len(sections)} sections shown")
