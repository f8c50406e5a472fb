"""Carries out an update of one ticket: all of it or nothing, as one audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.zendesk.models import API_VIA, Audit, Person, Ticket, Via
from integrations.sandbox.zendesk.placeholders import expand, placeholder_values
from integrations.sandbox.zendesk.refusals import bad_request, conflict, invalid
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.text import plain_from_html
from integrations.sandbox.zendesk.validators import (
    BULK_KEYS,
    UPDATE_KEYS,
    NewComment,
    TicketUpdate,
    checked_keys,
    checked_update,
)

COMMENTS_LIMIT = 5000


def update_ticket(
    state: State, ticket: Ticket, change: Mapping[str, Any], *, actor: Person, via: Via = API_VIA, bulk: bool = False
) -> Audit:
    """Raises Refused: 422 closed, 409 stale, 400 for what the real service would drop silently."""
    checked_keys(change, BULK_KEYS if bulk else UPDATE_KEYS)
    refuse_closed(ticket)
    check_stamp(ticket, change)
    update = checked_update(state, ticket, change)
    if update.comment is not None and len(ticket.comments) >= COMMENTS_LIMIT:
        raise invalid("comment", f"Comment: a ticket has at most {COMMENTS_LIMIT} comments")
    audit = state.open_audit(ticket, actor.id, via, dict(update.metadata))
    apply_update(state, ticket, update, audit, actor=actor)
    state.save(ticket, audit, actor_id=actor.id)
    return audit


def refuse_closed(ticket: Ticket) -> None:
    if ticket.status == "closed":
        raise invalid("status", "Status: closed prevents ticket update")


def check_stamp(ticket: Ticket, change: Mapping[str, Any]) -> None:
    """`safe_update` counts by being there, whatever its value; alone, either key is a mistake."""
    if ("safe_update" in change) != ("updated_stamp" in change):
        raise bad_request("SandboxSafeUpdate", "safe_update and updated_stamp only work together; Zendesk ignores one")
    if "updated_stamp" in change and change["updated_stamp"] != ticket.updated_at:
        raise conflict()


def apply_update(state: State, ticket: Ticket, update: TicketUpdate, audit: Audit, *, actor: Person) -> None:
    """Change the ticket and write each difference into the audit."""
    for name, value in update.attributes.items():
        _set(state, ticket, audit, name, value)
    if ticket.status == "new" and update.attributes.get("assignee_id") is not None:
        _set(state, ticket, audit, "status", "open")
    _set_tags_and_fields(state, ticket, update, audit)
    if update.comment is not None:
        write_comment(state, ticket, update.comment, audit, actor=actor)


def _set(state: State, ticket: Ticket, audit: Audit, name: str, value: Any) -> None:
    before = getattr(ticket, name)
    if before == value:
        return
    setattr(ticket, name, value)
    _record(state, audit, name, value, before)


def _record(state: State, audit: Audit, name: str, value: object, before: object) -> None:
    audit.events.append(
        {"id": state.new_id(), "type": "Change", "field_name": name, "value": value, "previous_value": before}
    )


def _set_tags_and_fields(state: State, ticket: Ticket, update: TicketUpdate, audit: Audit) -> None:
    """A drop-down's value is a tag and such a tag is its value, so one moves the other."""
    tags = set(ticket.tags if update.tags is None else update.tags)
    added = tags - set(ticket.tags)
    fields = dict(update.fields)
    for known in state.fields.values():
        if known.type != "tagger":
            continue
        before = ticket.custom_fields.get(known.id)
        if known.id in fields:
            tags -= {before}
            tags |= {fields[known.id]} - {None}
        elif update.tags is not None and known.options:
            chosen = [value for value in known.options if value in added]
            kept = before if before in tags else None
            fields[known.id] = chosen[-1] if chosen else kept
    for field_id, value in fields.items():
        before = ticket.custom_fields.get(field_id)
        if before != value:
            ticket.custom_fields[field_id] = value
            _record(state, audit, str(field_id), value, before)
    _set(state, ticket, audit, "tags", sorted(tags))


def write_comment(state: State, ticket: Ticket, draft: NewComment, audit: Audit, *, actor: Person) -> None:
    """What staff write is rendered as a template first: a placeholder copied from a stranger's text runs here."""
    body, html = draft.body or "", draft.html
    if actor.is_staff:
        value_of = placeholder_values(state, ticket, actor)
        body = expand(body, value_of)
        html = None if html is None else expand(html, value_of)
    if html is not None:
        body = plain_from_html(html)
    author_id = draft.author_id or actor.id
    state.append_comment(ticket, audit, author_id=author_id, body=body, html=html, public=draft.public)
    requester = state.person(ticket.requester_id)
    if draft.public and actor.is_staff and not requester.is_staff:
        audit.events.append(
            {
                "id": state.new_id(),
                "type": "Notification",
                "subject": f"Re: {ticket.subject}",
                "body": body,
                "recipients": [requester.id],
                "via": {"channel": "rule", "source": {"from": {"title": "Notify requester"}, "rel": "trigger"}},
            }
        )
