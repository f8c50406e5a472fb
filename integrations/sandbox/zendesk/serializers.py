"""The JSON shapes of Zendesk's API: https://developer.zendesk.com/api-reference/ticketing/."""

from integrations.sandbox.api import Json, picked
from integrations.sandbox.zendesk.models import (
    CUSTOM_STATUS_IDS,
    PRIORITIES,
    TYPES,
    Audit,
    Comment,
    Named,
    Person,
    Ticket,
    TicketField,
)
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.text import html_from_agent, html_from_customer

_TICKET = (
    "id external_id via created_at updated_at type subject priority status requester_id submitter_id assignee_id "
    "organization_id group_id is_public tags custom_status_id followup_ids brand_id"
)
_TICKET_VIEW = (
    "id external_id subject status status_label tags via is_public assignee_id custom_fields followup_ids "
    "followup_of spam created_at updated_at"
)
_NOT_IN_AUDITS = frozenset({"created_at", "via", "metadata"})
"""What a comment has only when it is read by itself."""


def ticket_json(state: State, ticket: Ticket) -> Json:
    return {
        "url": f"{state.url}/api/v2/tickets/{ticket.id}.json",
        **picked(ticket, _TICKET),
        "generated_timestamp": int(ticket.changed_at.timestamp()),
        "raw_subject": ticket.subject,
        "description": ticket.description,
        "custom_fields": [{"id": key, "value": ticket.custom_fields.get(key)} for key in state.fields],
        **ticket.odd,
    }


def comment_html(state: State, comment: Comment) -> str:
    if comment.html is not None:
        return f'<div class="zd-comment" dir="auto">{comment.html}</div>'
    staff = state.person(comment.author_id).is_staff
    return html_from_agent(comment.body) if staff else html_from_customer(comment.body)


def comment_json(state: State, comment: Comment) -> Json:
    return {
        **picked(comment, "id author_id body public audit_id via created_at"),
        "type": "Comment",
        "html_body": comment_html(state, comment),
        "plain_body": comment.body,
        "metadata": {"system": {}, "custom": {}} | (_flags(comment) if comment.flags else {}),
    }


def _flags(comment: Comment) -> Json:
    """`trusted` is Zendesk's word on the comment, not on its author."""
    return {
        "flags": [*comment.flags],
        "flags_options": {str(flag): {"message": {}, "trusted": False} for flag in comment.flags},
        "trusted": False,
    }


def audit_json(state: State, audit: Audit) -> Json:
    return {
        **picked(audit, "id ticket_id created_at author_id via"),
        "metadata": {"system": {"client": "sandbox", "ip_address": "127.0.0.1"}, "custom": audit.custom},
        "events": [_event_json(state, event) for event in audit.events],
    }


def _event_json(state: State, event: Json | Comment) -> Json:
    if not isinstance(event, Comment):
        return event
    return {name: value for name, value in comment_json(state, event).items() if name not in _NOT_IN_AUDITS}


def person_json(state: State, person: Person) -> Json:
    return {
        "url": f"{state.url}/api/v2/users/{person.id}.json",
        **picked(person, "id name email role suspended active organization_id tags created_at external_id"),
        "phone": None,
        "verified": person.email is not None,
        "updated_at": person.created_at,
    }


def field_json(state: State, field: TicketField) -> Json:
    return {
        "url": f"{state.url}/api/v2/ticket_fields/{field.id}.json",
        **picked(field, "id title type removable"),
        "raw_title": field.title,
        "description": field.title,
        "active": True,
        "required": False,
        "key": None,
        "tag": None,
        **_system_parts(state, field),
    }


def _system_parts(state: State, field: TicketField) -> Json:
    """What only those fields have that every account has. `sub_type_id` 1: the account has On-hold."""
    has_hold = "hold" not in state.refused_statuses
    choices = {
        "status": [status for status in CUSTOM_STATUS_IDS if status != "hold" or has_hold],
        "tickettype": TYPES,
        "priority": PRIORITIES,
    }
    if field.type not in choices:
        return {}
    options = [{"name": choice.capitalize(), "value": choice} for choice in choices[field.type]]
    parts: Json = {"system_field_options": options}
    return parts | ({"sub_type_id": int(has_hold)} if field.type == "status" else {})


def organization_json(state: State, organization: Named) -> Json:
    return _named_json(state, "organizations", organization) | picked(organization, "tags")


def group_json(state: State, group: Named) -> Json:
    return _named_json(state, "groups", group) | picked(group, "deleted")


def _named_json(state: State, kind: str, item: Named) -> Json:
    url = f"{state.url}/api/v2/{kind}/{item.id}.json"
    return picked(item, "id name created_at") | {"url": url, "updated_at": item.created_at}


def ticket_view(state: State, ticket: Ticket) -> Json:
    """For the pages and for the assertions of tests.

    `comments` and `audits` as the API shows them, comments with `author` (name) and `author_role` beside the id;
    `group`, `brand` and `organization` by name; `custom_fields` by id; deleted tickets too (status `deleted`).
    """
    people = state.people
    return {
        **picked(ticket, _TICKET_VIEW),
        "page": state.ticket_url(ticket),
        "requester": picked(state.person(ticket.requester_id), "id name email handle role suspended tags"),
        "organization": state.organizations[ticket.organization_id].name if ticket.organization_id else None,
        "group": state.groups[ticket.group_id].name if ticket.group_id else None,
        "brand": state.brands[ticket.brand_id].name if ticket.brand_id else None,
        "comments": [
            comment_json(state, one) | {"author": people[one.author_id].name, "author_role": people[one.author_id].role}
            for one in ticket.comments
        ],
        "audits": [audit_json(state, one) | {"author": people[one.author_id].name} for one in ticket.audits],
    }
