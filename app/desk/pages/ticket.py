"""One ticket: its text, why it was decided so, why not otherwise, what happened, and what can be done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import HTTPException, Path, Query

from app.desk.marks import MarkedText, marked
from app.desk.page import Content, Deed, FormDep, Page, Visit, VisitDep
from app.desk.pages import decisions
from app.desk.reasons import Reasons, reasons
from app.desk.timeline import TicketRecords, timeline, who_corrected
from app.records.decisions import Decision, latest
from app.records.links import Following, Link
from app.tags import is_our_tag
from app.work.messages import CannotStore
from app.work.operations.links_by_hand import CannotLink

TicketId = Annotated[int, Path(ge=1, le=2**63 - 1)]
RunId = Annotated[str, Query(max_length=64)]
LONGEST_ADDRESS = 1000
FOLLOWINGS: tuple[Following, ...] = ("active", "paused", "removed")


def read(visit: VisitDep, ticket_id: TicketId, run: RunId = "") -> Content:
    """The newest decision that has a verdict; or the one of `run`."""
    records = visit.records
    made = records.decisions.of_ticket(ticket_id)
    failures = records.failures.of_ticket(ticket_id)
    if not made and not failures:
        raise HTTPException(404, f"Nothing is known about ticket {ticket_id}.")
    newest = latest(made)
    with_verdict = latest([one for one in made if one.config_hash]) or newest
    shown = next((one for one in made if one.run_id == run), with_verdict)
    reasoned = _reasoned(made, shown) if shown else None
    said = _reasons(visit, reasoned) if reasoned else Reasons()
    tries = records.attempts.of([one.key for one in failures])
    links = records.links.of_ticket(ticket_id)
    kept = TicketRecords(
        ticket_id=ticket_id,
        decisions=made,
        links=links,
        calls=records.calls.of_ticket(ticket_id),
        failures=failures,
        tries=[one for some in tries.values() for one in some],
        corrections=records.corrections.of_ticket(ticket_id),
        by_hand=records.audit.of([f"ticket {ticket_id}", *(f"failure {one.id}" for one in failures)]),
    )
    settings = visit.service.deps.settings
    return {
        "ticket_id": ticket_id,
        "decision": _decision(visit, shown, is_newest=shown is newest) if shown else None,
        "text": _text(shown, said) if shown else None,
        "reasons": said,
        "reasons_of": {name: getattr(reasoned, name) for name in _OF_REASONS} if reasoned else None,
        "tags": [tag for tag in shown.ticket.get("tags", ()) if not is_our_tag(tag)] if shown else [],
        "correction": _correction(kept, shown) if shown else None,
        "timeline": timeline(kept),
        "links": [_link(visit, one) for one in links],
        "failures": [
            {
                "id": one.id,
                "step": one.step,
                "reason": one.reason,
                "message": one.message,
                "state": one.state,
                "can_retry": one.payload is not None and one.state == "open",
            }
            for one in failures
        ],
        "earlier": [_earlier(one) for one in made if one is not shown],
        "zendesk": f"{settings.zendesk_url}/agent/tickets/{ticket_id}",
    }


_OF_REASONS = ("run_id", "config_hash", "summary", "decided_at")


def _reasoned(made: Sequence[Decision], shown: Decision) -> Decision:
    """Whose trace says why the ticket is what it is: one that follows an issue keeps what one before it found."""
    if shown.trace or shown.forgotten:
        return shown
    found = next((one for one in made[made.index(shown) :] if one.trace), shown)
    return found if _verdict(found) == _verdict(shown) else shown


def _verdict(one: Decision) -> tuple[object, ...]:
    """And of which text."""
    return one.archetype, one.decided_by, one.ticket.get("subject"), one.ticket.get("body")


def _decision(visit: Visit, one: Decision, *, is_newest: bool) -> dict[str, Any]:
    rulebook = visit.service.deps.rulebook.current()
    channel = rulebook.routing.channels.get(one.channel)
    names = (
        "run_id",
        "event",
        "state",
        "archetype",
        "confidence",
        "decided_by",
        "mode",
        "channel",
        "summary",
        "tags",
        "actions",
        "config_hash",
        "decided_at",
        "finished_at",
        "update_state",
        "answer",
        "forgotten",
    )
    return {
        **{name: getattr(one, name) for name in names},
        "channel_title": channel.title if channel else one.channel,
        "public": channel.public if channel else None,
        "rules_in_force": one.config_hash == rulebook.hash,
        "is_newest": is_newest,
    }


def _text(one: Decision, said: Reasons) -> dict[str, list[MarkedText]] | None:
    """None: it was forgotten, or was never read."""
    if not one.ticket:
        return None
    return {
        part: marked(str(one.ticket.get(part) or ""), [span for span in said.spans if span.part == part])
        for part in ("subject", "body")
    }


def _correction(kept: TicketRecords, shown: Decision) -> dict[str, str] | None:
    """What a person chose last; None: nothing, or what the page says of the ticket anyway."""
    chosen = next(iter(reversed(kept.corrections)), None)
    if chosen is None or chosen.archetype == shown.archetype:
        return None
    return {"archetype": chosen.archetype, "by": who_corrected(chosen), "at": chosen.at}


def _reasons(visit: Visit, one: Decision) -> Reasons:
    version = visit.records.config_versions.get(one.config_hash) if one.config_hash else None
    return reasons(one, version.routing if version else None)


def _link(visit: Visit, one: Link) -> dict[str, Any]:
    issue = visit.records.tracked_issues.of(one.project_id, [one.iid or 0]).get(one.iid or 0)
    return {
        "project": one.project,
        "iid": one.iid,
        "url": one.url,
        "state": one.state,
        "how": one.how,
        "following": one.following,
        "title": issue.title if issue else "",
    }


def _earlier(one: Decision) -> dict[str, Any]:
    names = ("run_id", "event", "archetype", "decided_by", "state", "summary", "decided_at")
    return {name: getattr(one, name) for name in names}


def follow(visit: VisitDep, ticket_id: TicketId, form: FormDep) -> str:
    """Pause, resume or remove a link: what is removed is not made again."""
    wanted = next((one for one in FOLLOWINGS if one == form.get("following")), None)
    issue = (form.get("project"), form.get("iid"))
    found = [one for one in visit.records.links.of_ticket(ticket_id) if (one.project, str(one.iid)) == issue]
    if not found or found[0].iid is None or wanted is None:
        raise HTTPException(404, f"Ticket {ticket_id} has no such link.")
    if found[0].following == "removed" and wanted != "removed":
        raise HTTPException(409, "This link was removed. It can be made again: link the issue.")
    link, named = found[0], f"{found[0].project}#{found[0].iid}"
    before, after = ({"issue": named, "following": one} for one in (link.following, wanted))
    visit.note("link", f"ticket {ticket_id}", before=before, after=after)
    key = (link.project_id, found[0].iid)
    visit.records.links.follow(ticket_id, wanted, now=visit.now.isoformat(), issue=key)
    return f"/desk/tickets/{ticket_id}"


def link(visit: VisitDep, ticket_id: TicketId, form: FormDep) -> str:
    """Another issue, which the service does not know of yet."""
    by_hand, rules = visit.service.links_by_hand(), visit.service.deps.rulebook.current()
    try:
        project, iid = by_hand.issue_named(form.get("issue", "")[:LONGEST_ADDRESS], rules)
        visit.note("link", f"ticket {ticket_id}", after={"issue": f"{project}#{iid}", "following": "active"})
        by_hand.link(ticket_id, (project, iid), visit.visitor.name)
    except CannotLink as error:
        raise HTTPException(409, str(error)) from None
    except CannotStore:
        raise HTTPException(503, "The queue cannot be written to; try again.") from None
    return f"/desk/tickets/{ticket_id}"


PAGE = Page("/desk/tickets/{ticket_id}", "Ticket", "ticket.html", read, within=decisions.PAGE.path)
LINK = Deed("/desk/tickets/{ticket_id}/links/new", link)
FOLLOW = Deed("/desk/tickets/{ticket_id}/links", follow)
