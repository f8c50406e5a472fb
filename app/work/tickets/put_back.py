"""Puts back the tags that our update overwrote: a list of tags replaces the one that is there.

Zendesk refuses a list for a ticket that changed since it was read, but its stamp has whole seconds: what somebody sets
within the second of the ticket's last change goes unseen. The audit of our update shows it.
"""

import json
from collections.abc import Sequence

import structlog

from app.records.decisions import Decision
from integrations.errors import Conflict, Invalid, NotFound, NotSent
from integrations.zendesk.client import TicketUpdate, ZendeskClient
from integrations.zendesk.updates import PUT_BACK_KEY, READ_KEY

MOST_TRIES = 5

log = structlog.get_logger(__name__)


def put_back(zendesk: ZendeskClient, row: Decision, tags: Sequence[str]) -> None:
    """One GET and one PUT, more where others change the ticket meanwhile. Raises IntegrationError.

    A ticket that takes no update any more stays as it is.
    """
    missing = [*tags]
    for _ in range(MOST_TRIES):
        try:
            missing = _put_back_once(zendesk, row, missing)
        except Conflict:
            continue
        except (NotFound, Invalid) as error:
            log.warning("tags_not_put_back", ticket_id=row.ticket_id, count=len(missing), reason=error.reason)
            return
        if not missing:
            return
    raise NotSent("zendesk", "the ticket changes too often to put tags back", "busy_ticket")


def _put_back_once(zendesk: ZendeskClient, row: Decision, tags: Sequence[str]) -> list[str]:
    """What this update overwrote in its turn."""
    ticket = zendesk.read_ticket(row.ticket_id)
    missing = [tag for tag in tags if tag not in ticket.tags]
    if not missing:
        return []
    metadata = {PUT_BACK_KEY: row.run_id, READ_KEY: json.dumps(ticket.tags)}
    update = TicketUpdate(ticket.updated_at, tags=(*ticket.tags, *missing), metadata=metadata)
    return [*zendesk.update_ticket(row.ticket_id, update).overwritten]
