"""Marking as spam: the ticket goes, and its requester is suspended with it."""

from __future__ import annotations

from integrations.sandbox.zendesk.models import Person, Ticket
from integrations.sandbox.zendesk.state import State


def mark_as_spam(state: State, ticket: Ticket, *, actor: Person) -> None:
    requester = state.person(ticket.requester_id)
    if not requester.is_staff:
        requester.suspended = True
    ticket.spam = True
    state.delete(ticket, actor_id=actor.id)
