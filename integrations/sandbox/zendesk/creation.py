"""Makes tickets: through the API, and as they come in from the outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.zendesk.models import API_VIA, Audit, Person, Ticket, Via
from integrations.sandbox.zendesk.refusals import invalid, unknown_keys
from integrations.sandbox.zendesk.state import DEFAULT_BRAND_ID, DEFAULT_GROUP_ID, State
from integrations.sandbox.zendesk.updates import apply_update
from integrations.sandbox.zendesk.validators import CREATE_KEYS, TicketUpdate, checked_keys, checked_update

REQUESTER_KEYS = frozenset({"name", "email", "locale_id"})


def open_ticket(
    state: State,
    *,
    subject: str,
    requester: Person,
    submitter: Person,
    via: Via,
    update: TicketUpdate,
    followup_of: Ticket | None = None,
) -> tuple[Ticket, Audit]:
    """A new ticket with its first comment; the first comment's text is the description."""
    now = state.stamp()
    ticket = Ticket(
        id=state.new_ticket_id(),
        subject=subject,
        requester_id=requester.id,
        submitter_id=submitter.id,
        via=via,
        created_at=now,
        updated_at=now,
        changed_at=state.clock.now(),
        custom_status_id=6001,
        organization_id=requester.organization_id,
        group_id=DEFAULT_GROUP_ID,
        brand_id=DEFAULT_BRAND_ID,
        is_public=update.comment is None or update.comment.public,
    )
    if followup_of is not None:
        ticket.followup_of = followup_of.id
        ticket.tags = list(followup_of.tags)
        followup_of.followup_ids.append(ticket.id)
    audit = state.open_audit(ticket, submitter.id, via, dict(update.metadata))
    apply_update(state, ticket, update, audit, actor=submitter)
    audit.events.insert(0, {"id": state.new_id(), "type": "Create", "field_name": "status", "value": ticket.status})
    state.tickets[ticket.id] = ticket
    state.save(ticket, audit, actor_id=submitter.id, event="ticket.created")
    return ticket, audit


def ticket_from_api(state: State, given: Mapping[str, Any], *, actor: Person) -> tuple[Ticket, Audit]:
    """Raises Refused 400 for unknown keys, 422 for a missing text or an unknown requester."""
    checked_keys(given, CREATE_KEYS)
    change = dict(given)
    if "description" in change:
        change["comment"] = {"body": change.pop("description"), **(change.get("comment") or {})}
    requester = _requester(state, change.pop("requester", None)) or state.people.get(
        change.pop("requester_id", None) or actor.id
    )
    submitter = state.people.get(change.pop("submitter_id", None) or actor.id)
    if requester is None or submitter is None:
        raise invalid("requester", "Requester: does not exist")
    source_id = change.pop("via_followup_source_id", None)
    followup_of = state.ticket(source_id) if source_id is not None else None
    if followup_of is not None and followup_of.status != "closed":
        raise invalid("via_followup_source_id", "Followup source: must be a closed ticket")
    subject = str(change.pop("subject", None) or "")
    update = checked_update(state, None, change)
    if update.comment is None:
        raise invalid("description", "Description: cannot be blank")
    via: Via = API_VIA
    if followup_of is not None:
        origin = {"ticket_id": followup_of.id, "subject": followup_of.subject, "channel": "api"}
        via = {"channel": "api", "source": {"from": origin, "to": {}, "rel": "follow_up"}}
    return open_ticket(
        state,
        subject=subject,
        requester=requester,
        submitter=submitter,
        via=via,
        update=update,
        followup_of=followup_of,
    )


def _requester(state: State, given: object) -> Person | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not given.get("name"):
        raise invalid("requester", "Requester: name is required")
    unknown = given.keys() - REQUESTER_KEYS
    if unknown:
        raise unknown_keys("ticket.requester", unknown)
    return known_person(state, name=given["name"], email=given.get("email"))


def known_person(
    state: State,
    *,
    name: str,
    email: str | None = None,
    handle: str = "",
    role: str = "end-user",
    tags: list[str] | None = None,
    organization_id: int | None = None,
) -> Person:
    """The person with this address (or, without one, this handle), made if there is none yet."""
    address = email or (f"handle {handle}" if handle else "")
    if address in state.person_by_address:
        return state.person_by_address[address]
    person = Person(
        state.new_id(), name, email or None, handle, role, sorted(tags or []), organization_id, created_at=state.stamp()
    )
    state.people[person.id] = person
    if address:
        state.person_by_address[address] = person
    return person
