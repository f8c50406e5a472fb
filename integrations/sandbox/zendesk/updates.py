"""Carries out updates and creations of tickets: all of one or nothing, as one audit."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.zendesk.models import API_VIA, Audit, Comment, Person, Ticket, Via
from integrations.sandbox.zendesk.placeholders import expand, placeholder_values
from integrations.sandbox.zendesk.refusals import bad_request, conflict, invalid
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.text import plain_from_html
from integrations.sandbox.zendesk.validators import (
    CREATE_KEYS,
    UPDATE_KEYS,
    NewComment,
    TicketUpdate,
    check_keys,
    checked_update,
)


def update_ticket(state: State, ticket: Ticket, change: Mapping[str, Any], *, actor: Person) -> Audit:
    """Raises Refused: 422 closed, 409 stale, 400 for what the real service would drop silently."""
    check_keys("ticket", change, UPDATE_KEYS)
    refuse_closed(ticket)
    check_stamp(ticket, change)
    return apply_update(state, ticket, checked_update(state, ticket, change), actor=actor, via=API_VIA)


def refuse_closed(ticket: Ticket) -> None:
    if ticket.status == "closed":
        raise invalid("status", "Status: closed prevents ticket update")


def check_stamp(ticket: Ticket, change: Mapping[str, Any]) -> None:
    """`safe_update` counts by being there, whatever its value; alone, either key is a mistake."""
    if ("safe_update" in change) != ("updated_stamp" in change):
        raise bad_request("SandboxSafeUpdate", "safe_update and updated_stamp only work together; Zendesk ignores one")
    if "updated_stamp" in change and change["updated_stamp"] != ticket.updated_at:
        raise conflict()


def create_ticket(state: State, given: Mapping[str, Any], *, actor: Person) -> tuple[Ticket, Audit]:
    """Through the API. Raises Refused 400 for unknown keys, 422 for a missing text or an unknown requester."""
    check_keys("ticket", given, CREATE_KEYS)
    change = {**given, "requester_id": given.get("requester_id") or actor.id}
    subject = str(change.pop("subject", None) or "")
    if "description" in change:
        change["comment"] = {"body": change.pop("description"), **(change.get("comment") or {})}
    source_id = change.pop("via_followup_source_id", None)
    closed = None if source_id is None else state.ticket(source_id)
    if closed is not None and closed.status != "closed":
        raise invalid("via_followup_source_id", "Followup source: must be a closed ticket")
    update = checked_update(state, None, change)
    if update.comment is None:
        raise invalid("description", "Description: cannot be blank")
    via = API_VIA if closed is None else _via_of_follow_up(closed)
    ticket = state.new_ticket(subject, state.person(change["requester_id"]), actor, via)
    if closed is not None:
        ticket.followup_of, ticket.tags = closed.id, list(closed.tags)
        closed.followup_ids.append(ticket.id)
    return ticket, apply_update(state, ticket, update, actor=actor, via=via, created=True)


def _via_of_follow_up(closed: Ticket) -> Via:
    origin = {"ticket_id": closed.id, "subject": closed.subject, "channel": "api"}
    return {"channel": "api", "source": {"from": origin, "to": {}, "rel": "follow_up"}}


def apply_update(
    state: State, ticket: Ticket, update: TicketUpdate, *, actor: Person, via: Via, created: bool = False
) -> Audit:
    """Change the ticket, and save each difference as part of one audit."""
    audit = state.open_audit(ticket, actor.id, via, dict(update.metadata))
    for name, value in update.attributes.items():
        _set(state, ticket, audit, name, value, created=created)
    if ticket.status == "new" and update.attributes.get("assignee_id") is not None:
        _set(state, ticket, audit, "status", "open", created=created)
    for field_id, value in update.fields.items():
        before = ticket.custom_fields.get(field_id)
        if before != value:
            ticket.custom_fields[field_id] = value
            state.record_change(audit, str(field_id), value, before, created=created)
    _set(
        state, ticket, audit, "tags", sorted(set(ticket.tags if update.tags is None else update.tags)), created=created
    )
    if update.comment is not None:
        _write_comment(state, ticket, update.comment, audit, actor)
    if created:
        ticket.is_public = update.comment is None or update.comment.public
        told = {event.get("field_name") for event in audit.events if not isinstance(event, Comment)}
        for name in ("subject", "requester_id", "status"):
            if name not in told:
                state.record_change(audit, name, getattr(ticket, name), None, created=True)
    state.save(ticket, audit, event="ticket.created" if created else "ticket.updated")
    return audit


def _set(state: State, ticket: Ticket, audit: Audit, name: str, value: Any, *, created: bool) -> None:
    before = getattr(ticket, name)
    if before != value:
        setattr(ticket, name, value)
        state.record_change(audit, name, value, before, created=created)


def _write_comment(state: State, ticket: Ticket, comment: NewComment, audit: Audit, actor: Person) -> None:
    """What staff write is rendered as a template first: a placeholder copied from a stranger's text runs here."""
    body, html = comment.body or "", comment.html
    if actor.is_staff:
        value_of = placeholder_values(state, ticket, actor)
        body = expand(body, value_of)
        html = None if html is None else expand(html, value_of)
    if html is not None:
        body = plain_from_html(html)
    author_id = comment.author_id or actor.id
    state.append_comment(
        ticket, audit, author_id=author_id, body=body, html=html, public=comment.public, flags=comment.flags
    )
    requester = state.person(ticket.requester_id)
    if comment.public and actor.is_staff and requester.active and not requester.is_staff:
        mail = {"type": "Notification", "subject": f"Re: {ticket.subject}", "body": body}
        audit.events.append({"id": state.new_id(), **mail, "recipients": [requester.id]})
