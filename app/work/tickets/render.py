"""From the draft to what Zendesk is sent: the full list of tags, one comment, the run id in the audit's metadata."""

from __future__ import annotations

from collections.abc import Iterator

from app.work.messages import TicketDecision
from app.work.tickets.compose import Draft, Passage
from integrations.zendesk.client import RUN_KEY, NewComment, TicketUpdate
from integrations.zendesk.notes import Block, Link, Paragraph, Quote, note_html
from integrations.zendesk.quoting import as_html

SIGNATURE = "Pointsman. Wrong? Change the tag archetype__… and it follows."


def ticket_update(
    decided: TicketDecision, made: Draft, group_id: int | None, assignee_id: int | None, note_limit: int
) -> TicketUpdate:
    ticket = decided.ticket
    return TicketUpdate(
        updated_stamp=ticket.updated_at,
        tags=tuple(made.tags(ticket.tags)),
        status=made.status if made.status != ticket.status else None,
        group_id=group_id,
        assignee_id=assignee_id,
        comment=_comment(decided, made, note_limit),
        custom_fields=made.fields,
        metadata={RUN_KEY: decided.run_id},
    )


def _comment(decided: TicketDecision, made: Draft, note_limit: int) -> NewComment | None:
    if made.reply:
        return NewComment(as_html(made.reply), public=True)
    if not made.note:
        return None
    return NewComment(note_html([*_blocks(decided, made)], note_limit), public=False)


def _blocks(decided: TicketDecision, made: Draft) -> Iterator[Block]:
    if decided.event != "link":
        title = (decided.archetype or "needs triage").replace("_", " ")
        yield Paragraph(
            f"{title.capitalize()} ({decided.confidence} confidence)" if decided.archetype else title.capitalize()
        )
    for passage in made.note:
        yield from _passage(passage)
    yield Paragraph(SIGNATURE)


def _passage(passage: Passage) -> Iterator[Block]:
    if passage.heading:
        yield Paragraph(passage.heading)
    if passage.quoted:
        yield Quote(passage.text)
    elif passage.url:
        yield Paragraph(f"{passage.text} ", Link(passage.url, passage.url))
    else:
        yield Paragraph(passage.text)
