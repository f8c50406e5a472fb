"""Tickets that cannot be read: each is named, and the others are taken."""

from collections.abc import Iterable, Iterator

from app.cli.console import err, print_line
from integrations.zendesk.snapshots import TicketSnapshot, UnreadableTicket


def readable(tickets: Iterable[TicketSnapshot | UnreadableTicket]) -> Iterator[TicketSnapshot]:
    for ticket in tickets:
        if isinstance(ticket, UnreadableTicket):
            print_line(
                err, f"Ticket {ticket.id or '?'} is left out: its form is not known ({ticket.why}).", style="red"
            )
        else:
            yield ticket
