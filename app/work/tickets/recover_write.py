"""Was an update applied whose answer never came? Zendesk keeps the run's id with what the run did."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from app.records.decisions import Decision
from app.work.tickets.notification import TOLD
from integrations.errors import NotFound, NotSent
from integrations.zendesk.client import ZendeskClient

# A ticket that changes twice within a second keeps its stamp. The other second is for clocks that differ.
STAMP_SECONDS = 2.0


def was_applied(zendesk: ZendeskClient, row: Decision) -> bool:
    """In the ticket itself, or in a follow-up of one that is closed; then what comes after it is made up for.

    Raises IntegrationError: nobody can tell now.
    """
    try:
        in_ticket = zendesk.has_run(row.ticket_id, row.run_id)
    except NotFound:
        # A deleted ticket shows no audits. Marking as spam comes last, and deletes it.
        return row.marks_spam
    if in_ticket and row.marks_spam:
        mark_as_spam(zendesk, row.ticket_id)
    return in_ticket or (row.event == TOLD and zendesk.find_follow_up(row.ticket_id, row.run_id) is not None)


def wait_for_another_stamp(row: Decision, now: datetime) -> None:
    """Of an update that is not in the ticket: its request may be on its way, and only the stamp can refuse it then.

    Raises NotSent while another update could leave the ticket with the stamp for which this one was made.
    """
    age = (now - datetime.fromisoformat(row.decided_at)).total_seconds()
    if age < STAMP_SECONDS:
        wait = min(STAMP_SECONDS, STAMP_SECONDS - age)
        raise NotSent("zendesk", "an update may still arrive; writing again soon", "update_unknown", wait)


def mark_as_spam(zendesk: ZendeskClient, ticket_id: int) -> None:
    """Once more does no harm."""
    with suppress(NotFound):  # deleted: by the mark whose answer was lost, or by a person
        zendesk.mark_as_spam(ticket_id)
