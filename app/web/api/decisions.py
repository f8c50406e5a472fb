"""GET /api/tickets/{id} and /api/decisions: what was decided, why, and why not otherwise."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from app.records.decisions import latest
from app.web.api.dependencies import RecordsDep, TicketId
from app.web.api.schemas import DecisionOut, DecisionsOut, TicketOut

router = APIRouter(prefix="/api", tags=["decisions"])


@router.get("/tickets/{ticket_id}", summary="The latest decision about a ticket")
def ticket(ticket_id: TicketId, records: RecordsDep) -> TicketOut:
    decisions = records.decisions.of_ticket(ticket_id)
    stands = latest(decisions)
    if stands is None:
        raise HTTPException(404, f"No decision about ticket {ticket_id} is known.")
    links = records.links.of_ticket(ticket_id)
    others = [DecisionOut.of(one, links) for one in decisions if one is not stands]
    return TicketOut(**DecisionOut.of(stands, links).model_dump(), history=others)


@router.get("/decisions", summary="The latest decisions")
def newest(
    records: RecordsDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    archetype: Annotated[str | None, Query(max_length=64)] = None,
) -> DecisionsOut:
    found = records.decisions.newest(limit=limit, archetype=archetype)
    return DecisionsOut(decisions=[DecisionOut.of(one, records.links.of_ticket(one.ticket_id)) for one in found])
