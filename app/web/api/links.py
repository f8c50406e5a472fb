"""/api/tickets/{id}/links: people see, pause, resume or remove a ticket's links to issues."""

from fastapi import APIRouter, HTTPException

from app.web.api.dependencies import AuditDep, RecordsDep, ServiceDep, TicketId
from app.web.api.schemas import FollowingIn, LinkOut, LinksOut

router = APIRouter(prefix="/api/tickets/{ticket_id}/links", tags=["links"])


@router.get("", summary="The issues of a ticket")
def of_ticket(ticket_id: TicketId, records: RecordsDep) -> LinksOut:
    return LinksOut(links=[LinkOut.of(link) for link in records.links.of_ticket(ticket_id)])


@router.put("", summary="Pause, resume or remove a link")
def follow(ticket_id: TicketId, wanted: FollowingIn, service: ServiceDep, audit: AuditDep) -> LinksOut:
    """What is removed stays removed: the service does not make it again."""
    records = service.deps.records
    found = [
        link for link in records.links.of_ticket(ticket_id) if (link.project, link.iid) == (wanted.project, wanted.iid)
    ]
    if not found:
        raise HTTPException(404, f"Ticket {ticket_id} has no link to {wanted.project}#{wanted.iid}.")
    if found[0].following == "removed" and wanted.following != "removed":
        raise HTTPException(409, f"The link to {wanted.project}#{wanted.iid} was removed, and stays so.")
    issue = (found[0].project_id, wanted.iid)
    change = {"issue": f"{wanted.project}#{wanted.iid}", "following": wanted.following}
    audit("link", f"ticket {ticket_id}", before={**change, "following": found[0].following}, after=change)
    records.links.follow(ticket_id, wanted.following, now=service.deps.now().isoformat(), issue=issue)
    return of_ticket(ticket_id, records)
