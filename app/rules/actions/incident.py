"""Find the incident that explains a complaint; what follows depends on whether there is one."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext, Reference
from app.rules.actions.issue import say_issue, sentence
from app.rules.actions.reply import suggest
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.schema.base import MacroName, Status
from app.rules.schema.strict import Flag, Name, Strict, Tag, Text
from app.tags import LINKED_TAG

LABEL = "Incident"
COMES_BACK = "The ticket comes back by itself when the incident is over."


class IncidentAnswerConfig(Strict):
    """What to do when an incident was found, or none."""

    macro: MacroName
    status: Status | None = None
    tags: tuple[Tag, ...] = ()


class IncidentsConfig(Strict):
    """Where to look for what is wrong at the moment."""

    trackers: tuple[Name, ...]
    labels: tuple[Text, ...] = Field(
        default=(), description="Only issues that carry one of these labels; empty: any open issue."
    )
    sentry: Flag = Field(default=False, description="Look at unresolved errors in Sentry too.")
    hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=24, description="How far back an incident may have begun."
    )
    found: IncidentAnswerConfig
    none: IncidentAnswerConfig


class IncidentKeys(Strict):
    incidents: IncidentsConfig | None = None


class Incident(Action):
    keys: ClassVar = IncidentKeys
    looks_up: ClassVar = True

    kind: Literal["incident"] = "incident"
    incidents: IncidentsConfig
    asks: str = ""
    """Of the placeholder `asks`."""

    @classmethod
    def plan(cls, keys: IncidentKeys, context: PlanContext) -> Self | None:
        """None where a remark has another answer: then no incident of ours explains it."""
        if keys.incidents is None or context.verdict.macro:
            return None
        return cls(incidents=keys.incidents, asks=context.asks)

    @classmethod
    def references(cls, keys: IncidentKeys) -> Iterator[Reference]:
        if keys.incidents is None:
            return
        for number, tracker in enumerate(keys.incidents.trackers):
            yield Reference("tracker", tracker, ("incidents", "trackers", number))
        found, none = keys.incidents.found, keys.incidents.none
        yield Reference("macro", found.macro, ("incidents", "found", "macro"), frozenset({"incident"}))
        yield Reference("macro", none.macro, ("incidents", "none", "macro"))

    def details(self) -> tuple[str, ...]:
        return self.incidents.trackers

    def would(self) -> str:
        found, none = self.incidents.found.macro, self.incidents.none.macro
        where = ", ".join(self.incidents.trackers)
        return f"look for an open incident in {where}, and suggest the reply {found}, or {none} if there is none"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        found, issue = context.found, context.found.issue
        if found.outcome == "unreachable":
            change.say(Section.ISSUE, f"{sentence(found.detail)} Pointsman looks again by itself.", label=LABEL)
            return self.outcome("waiting", found.detail)
        if found.outcome == "failed":
            change.say(Section.ISSUE, f"Pointsman could not look it up: {found.detail}.", label=LABEL)
            return self.outcome("failed", found.detail)
        follows = self.incidents.found if issue else self.incidents.none
        change.add += follows.tags
        change.status = follows.status or change.status
        if issue:
            change.add.append(LINKED_TAG)
            say_issue(change, issue, f"it explains this: {found.detail}" if found.detail else "linked", label=LABEL)
            if context.comes_back:
                change.say(Section.LATER, COMES_BACK)
        elif found.detail:
            change.say(Section.ISSUE, sentence(found.detail), label=LABEL)
        for hint in found.hints:
            change.offer(Section.ISSUE, "", name=hint.text, url=hint.url, label=LABEL)
        looked = f"linked {issue.name}" if issue else found.detail or "no open incident"
        state, detail = suggest(follows.macro, change, context)
        return self.outcome("failed" if state == "failed" else "done", f"{looked}; {detail}")
