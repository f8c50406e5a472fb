"""Was an update applied whose answer never came? Zendesk keeps the run's id with what the run did."""

from __future__ import annotations

from app.records.decisions import Decision
from app.work.following.telling import TOLD
from integrations.zendesk.client import ZendeskClient


def was_applied(zendesk: ZendeskClient, row: Decision) -> bool:
    """In the ticket itself, or in a follow-up of one that is closed. Raises IntegrationError."""
    if zendesk.has_run(row.ticket_id, row.run_id):
        return True
    return row.event == TOLD and zendesk.find_follow_up(row.ticket_id, row.run_id) is not None
