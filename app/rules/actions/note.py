"""The internal note: what to do next, and why it was decided so. The other actions add what they did."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import SKIPPED_SUGGEST, Action, ChangeContext, PlanContext
from app.rules.actions.issue import say_issue
from app.rules.actions.ticket_change import ActionOutcome, NoteLine, Section, TicketChange
from app.rules.schema.strict import Strict
from app.tags import ARCHETYPE_TAG, CONFIRM_TAG
from app.ticket import ShortLink

CHOOSE = "Please choose an archetype: add its tag."
PERHAPS = "It may be one of those below."
CONFIRM = "Please confirm it, or choose another archetype: add its tag."
QUOTED = "It now says"
BESIDE = "On the same post"
SEEMS = "It may be about what stands below. Add that tag if it is."


class NoteKeys(Strict):
    note: str = Field(default="", description="A sentence for the internal note: what a person should do now.")


class Note(Action):
    keys: ClassVar = NoteKeys

    kind: Literal["note"] = "note"
    title: str
    next: tuple[str, ...] = ()
    """What a person should do now, in sentences."""
    choices: tuple[tuple[str, str], ...] = ()
    """Tags to choose from, each with what speaks for it."""
    why: tuple[str, ...] = ()
    quote: str = ""
    """What the author says now, word for word."""
    beside: tuple[str, ...] = ()
    """Other tickets of the same post, and how each is."""
    beside_url: str = ""
    """Where Zendesk shows them all."""
    links: tuple[ShortLink, ...] = ()
    """Of the text, where it is known what they lead to."""

    @classmethod
    def plan(cls, keys: NoteKeys, context: PlanContext) -> Self | None:
        verdict = context.verdict
        steps: list[str] = []
        if verdict.archetype is None:
            steps += [CHOOSE, PERHAPS] if verdict.candidates else [CHOOSE]
        elif verdict.confidence == "medium":
            steps.append(CONFIRM)
        elif verdict.candidates:
            steps.append(SEEMS)
        steps += [one.advice for one in context.instead]
        steps += [note for note in (keys.note, *context.remark_notes) if note]
        if context.not_accounts:
            steps.append(f"Answer as {context.account}, not as {' or '.join(context.not_accounts)}.")
        choices = [(ARCHETYPE_TAG + one.archetype, one.because) for one in verdict.candidates]
        if verdict.archetype and verdict.confidence == "medium":
            share = f", {verdict.probability:.0%} likely (model)" if verdict.probability else ""
            choices.insert(0, (CONFIRM_TAG, f"yes, {context.archetype_title.lower()}{share}"))
        return cls(
            title=_title(context),
            next=tuple(steps),
            choices=tuple(choices),
            why=(verdict.why,),
            links=tuple(link for link in context.ticket.short_links if link.url),
        )

    def and_next(self, sentence: str) -> Self:
        return self.model_copy(update={"next": (*self.next, sentence)})

    def suggested(self, why: str = SKIPPED_SUGGEST) -> Self:
        return self

    def would(self) -> str:
        title = self.title if self.title.endswith("?") else f"{self.title}."
        sentences = [title, *self.next, *(f"{tag}: {because}." for tag, because in self.choices), *self.why]
        return f"write an internal note: {' '.join(sentences)}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        change.title = self.title
        change.note += [NoteLine(Section.NEXT, sentence) for sentence in self.next]
        for tag, because in self.choices:
            change.offer(Section.NEXT, f": {because}", name=tag)
        for link in self.links:
            title = f" ({link.title})" if link.title else ""
            change.say(Section.GIVEN, title, name=link.url, url=link.url, label="Link")
        change.note += [NoteLine(Section.WHY, sentence) for sentence in self.why]
        if self.quote:
            change.note.append(NoteLine(Section.GIVEN, self.quote, label=QUOTED, quoted=True))
        for other in self.beside:
            change.offer(Section.GIVEN, other, name="", label=BESIDE)
        if self.beside and self.beside_url:
            change.offer(Section.GIVEN, " in Zendesk", name="All of them", url=self.beside_url, label=BESIDE)
        issue = context.found.issue
        if issue and not any(line.section is Section.ISSUE for line in change.note):
            say_issue(change, issue.model_copy(update={"state": ""}), "")  # the title says what became of it
        if change.reply:
            where = f"/api/tickets/{context.ticket_id}"
            why = f"no internal note: the public reply is the only comment Zendesk accepts here; reasons: {where}"
            return self.outcome("skipped", why)
        return self.outcome("done", self.title)


def _title(context: PlanContext) -> str:
    verdict = context.verdict
    if verdict.archetype is None:
        return "Needs triage"
    if verdict.confidence != "high":
        return f"{context.archetype_title}?"
    return f"{context.archetype_title} ({'chosen by a person' if verdict.decided_by == 'person' else 'sure'})"
