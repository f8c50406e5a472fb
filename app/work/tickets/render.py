"""From the change to what Zendesk is sent: the full list of tags, one comment, the run id in the audit's metadata."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from app.rules.actions.ticket_change import NoteLine, Section, TicketChange
from app.tags import ARCHETYPE_TAG
from app.work.messages import TicketDecision
from integrations.zendesk.client import RUN_KEY, NewComment, TicketUpdate
from integrations.zendesk.notes import Block, Bold, Bullets, Hyperlink, Inline, Paragraph, Quote, note_html
from integrations.zendesk.updates import READ_KEY, as_html

WRONG = "Wrong? Change the tag {tag}, and Pointsman follows."

_LABELS = {
    Section.NEXT: "Next",
    Section.ANSWER: "Answer",
    Section.ISSUE: "Issue",
    Section.DOCS: "Documentation",
    Section.ANSWERED: "Answered before",
    Section.GIVEN: "Given",
    Section.DONE: "Done",
    Section.NOT_DONE: "Not done",
    Section.WHY: "Why",
}
_LISTS = {Section.DONE, Section.NOT_DONE}
"""Sections of short phrases; the others are sentences."""


def ticket_update(
    decision: TicketDecision, change: TicketChange, group_id: int | None, assignee_id: int | None, note_limit: int
) -> TicketUpdate:
    ticket = decision.ticket
    return TicketUpdate(
        updated_stamp=ticket.updated_at,
        tags=tuple(change.tags(ticket.tags)),
        status=change.status if change.status != ticket.status else None,
        priority=change.priority,
        group_id=group_id,
        assignee_id=assignee_id,
        comment=_comment(decision, change, note_limit),
        custom_fields=change.fields,
        metadata={RUN_KEY: decision.run_id, READ_KEY: json.dumps(ticket.tags)},
    )


def _comment(decision: TicketDecision, change: TicketChange, note_limit: int) -> NewComment | None:
    if change.reply:
        return NewComment(as_html(change.reply), public=True)
    if not change.title:
        return None
    return NewComment(note_html([*note_blocks(decision, change)], note_limit), public=False)


def note_blocks(decision: TicketDecision, change: TicketChange) -> Iterator[Block]:
    """The internal note: what to do next comes first, why it was decided so comes last."""
    yield Paragraph(Bold(change.title))
    lines = sorted(change.note, key=lambda line: (line.section, line.label))
    if lines and lines[0].section is Section.LATER:
        lines.insert(0, NoteLine(Section.NEXT, "Nothing now."))
    for label, group in groupby(lines, key=_label):
        yield from _section(label, [*group])
    if decision.archetype and decision.event.startswith("ticket."):
        yield Paragraph(WRONG.format(tag=ARCHETYPE_TAG + decision.archetype))


def _label(line: NoteLine) -> str:
    return line.label or _LABELS[Section.NEXT if line.section is Section.LATER else line.section]


def _section(label: str, lines: Sequence[NoteLine]) -> Iterator[Block]:
    said = [line for line in lines if not line.quoted and not line.listed]
    quoted = [line for line in lines if line.quoted]
    parts: list[Inline] = [Bold(f"{label}:")]
    for line in said:
        between = "; " if line.section in _LISTS and line is not said[0] else " "
        parts += [between, *_inline(line)]
    if said and said[-1].section in _LISTS:
        parts.append(".")
    yield Paragraph(*parts)
    yield from (Quote(line.text) for line in quoted)
    listed = [Paragraph(*_inline(line)) for line in lines if line.listed]
    if listed:
        yield Bullets(*listed)


def _inline(line: NoteLine) -> Iterator[Inline]:
    if line.name:
        yield Hyperlink(line.name, line.url) if line.url else line.name
    if line.text:
        yield line.text
