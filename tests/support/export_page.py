"""A page of Zendesk's incremental export with what real accounts have in it, as each of its readers gets it.

Ticket 1: an ordinary one. 2: scrubbed. 3: of a person who is deleted. 4: a call of somebody without an e-mail.
5: scrubbed, with nulls. 6: one that cannot be read.
"""

from __future__ import annotations

from pathlib import Path

from integrations.zendesk.snapshots import ChangePage, TicketSnapshot, UnreadableTicket
from integrations.zendesk.wire import WireExport

ORDINARY, SCRUBBED, OF_NOBODY, CALL, SCRUBBED_WITH_NULLS, UNREADABLE = range(1, 7)


def export_page() -> ChangePage:
    page = WireExport.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())
    tickets, unreadable = page.read("https://acme.zendesk.com/agent/tickets/{id}")
    return ChangePage(tickets, unreadable, page.after_cursor or "", page.end_of_stream)


class ExportingZendesk:
    """A client that has this page and no other."""

    def changes(self, **_: object) -> ChangePage:
        return export_page()

    def changed_since(self, _since: object) -> list[TicketSnapshot | UnreadableTicket]:
        page = export_page()
        return [*page.tickets, *page.unreadable]
