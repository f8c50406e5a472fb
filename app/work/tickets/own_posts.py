"""The post that a ticket was made of, as our own records know it: where it stands, and whether it is still there."""

from dataclasses import dataclass, replace
from typing import Final

from app.feeds.ticket_text import DELETED_POST
from app.records.mentions import Mentions
from app.ticket import Ticket
from integrations.zendesk.snapshots import TicketSnapshot

OURS: Final = frozenset({"api", "web_service"})
"""How Zendesk says that the tickets came which we make."""


@dataclass(frozen=True)
class OwnPosts:
    mentions: Mentions

    def placed(self, ticket: Ticket) -> Ticket:
        """With the address of its post: that of an unknown forum stands in no text that a rule could know."""
        post = self.mentions.of_ticket(ticket.id) if isinstance(ticket.id, int) else None
        return replace(ticket, post_url=post.url) if post else ticket

    def without_deleted(self, snapshot: TicketSnapshot) -> TicketSnapshot:
        """Zendesk may still have what its author deleted; nothing that is decided from now on is to hold it."""
        if not self.is_deleted(snapshot):
            return snapshot
        return replace(snapshot, subject=DELETED_POST, description="")

    def is_deleted(self, snapshot: TicketSnapshot) -> bool:
        post = self.mentions.of_ticket(snapshot.id) if snapshot.via_channel in OURS else None
        return post is not None and post.state == "gone"
