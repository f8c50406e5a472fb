"""GET /api/tickets/{id} and /api/decisions: what was decided, why, and why not otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from app.records.records import Records
from app.web.api.schemas import DecisionOut, DecisionsOut, TicketOut

# Zendesk's ids are 64-bit, and so is the column.
TicketId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True)
class DecisionPages:
    records: Records

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api", tags=["decisions"])
        router.add_api_route("/tickets/{ticket_id}", self.ticket, summary="The latest decision about a ticket")
        router.add_api_route("/decisions", self.newest, summary="The latest decisions")
        return router

    def ticket(self, ticket_id: TicketId) -> TicketOut:
        decisions = self.records.decisions.of_ticket(ticket_id)
        if not decisions:
            raise HTTPException(404, f"No decision about ticket {ticket_id} is known.")
        links = self.records.links.of_ticket(ticket_id)
        newest = DecisionOut.of(decisions[0], links)
        return TicketOut(**newest.model_dump(), history=[DecisionOut.of(one, links) for one in decisions[1:]])

    def newest(
        self,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        archetype: Annotated[str | None, Query(max_length=64)] = None,
    ) -> DecisionsOut:
        found = self.records.decisions.newest(limit=limit, archetype=archetype)
        return DecisionsOut(
            decisions=[DecisionOut.of(one, self.records.links.of_ticket(one.ticket_id)) for one in found]
        )
