"""A ticket that we make, as its JSON."""

from dataclasses import dataclass
from typing import Any

from integrations.zendesk.notes import MAX_BYTES, Paragraph, note_html
from integrations.zendesk.updates import RUN_KEY


@dataclass(frozen=True, slots=True)
class NewTicket:
    external_id: str
    """Of ours; Zendesk does not hold it unique."""
    requester_id: int
    subject: str
    body: str
    """Plain text, as its author wrote it."""
    tags: tuple[str, ...]
    run_id: str


def new_ticket_json(ticket: NewTicket) -> dict[str, Any]:
    """Public: it is what the requester wrote, and its author is the requester, not us."""
    paragraphs = [Paragraph(part) for part in ticket.body.split("\n\n") if part.strip()]
    return {
        "external_id": ticket.external_id,
        "requester_id": ticket.requester_id,
        "subject": ticket.subject,
        "comment": {
            "html_body": note_html(paragraphs, MAX_BYTES),
            "public": True,
            "author_id": ticket.requester_id,
        },
        "tags": list(ticket.tags),
        "metadata": {RUN_KEY: ticket.run_id},
    }
