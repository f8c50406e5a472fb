"""GET and PUT /api/tickets/{id}/links: a person pauses, resumes or removes a ticket's link to an issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException

from app.records.links import Links
from app.web.api.decisions import TicketId
from app.web.api.schemas import FollowingIn, LinkOut, LinksOut


@dataclass(frozen=True)
class LinkPages:
    links: Links
    now: Callable[[], datetime]

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/tickets/{ticket_id}/links", tags=["links"])
        router.add_api_route("", self.of_ticket, summary="The issues of a ticket")
        router.add_api_route("", self.follow, methods=["PUT"], summary="Pause, resume or remove a link")
        return router

    def of_ticket(self, ticket_id: TicketId) -> LinksOut:
        return LinksOut(links=[LinkOut.of(link) for link in self.links.of_ticket(ticket_id)])

    def follow(self, ticket_id: TicketId, wanted: FollowingIn) -> LinksOut:
        """What is removed stays removed: the service does not make it again."""
        found = [
            link
            for link in self.links.of_ticket(ticket_id)
            if link.iid == wanted.iid and link.project == wanted.project
        ]
        if not found:
            raise HTTPException(404, f"Ticket {ticket_id} has no link to {wanted.project}#{wanted.iid}.")
        issue = (found[0].project_id, wanted.iid)
        self.links.follow(ticket_id, wanted.following, now=self.now().isoformat(), issue=issue)
        return self.of_ticket(ticket_id)
