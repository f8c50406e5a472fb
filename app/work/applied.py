"""Was an update of ours applied whose answer nobody got? Zendesk knows: the ticket's audits name the runs."""

from __future__ import annotations

from contextlib import suppress

from app.records.decisions import Decision
from integrations.errors import NotFound
from integrations.zendesk.client import ZendeskClient


def applied(zendesk: ZendeskClient, row: Decision) -> bool:
    """If so, what comes after the update is made up for. Raises IntegrationError: nobody can tell now."""
    try:
        if not zendesk.has_run(row.ticket_id, row.run_id):
            return False
    except NotFound:
        # A deleted ticket shows no audits. Marking as spam comes last, and deletes it.
        return row.marks_spam
    if row.marks_spam:
        mark_as_spam(zendesk, row.ticket_id)
    return True


def mark_as_spam(zendesk: ZendeskClient, ticket_id: int) -> None:
    """Once more does no harm."""
    with suppress(NotFound):  # deleted: by the mark whose answer was lost, or by a person
        zendesk.mark_as_spam(ticket_id)
