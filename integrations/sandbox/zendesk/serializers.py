"""The JSON shapes of Zendesk's API: https://developer.zendesk.com/api-reference/ticketing/."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.zendesk.models import (
    Audit,
    Comment,
    CustomStatus,
    Named,
    Organization,
    Person,
    Ticket,
    TicketField,
)
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.text import html_from_agent, html_from_customer

Json = dict[str, Any]


def ticket_json(state: State, ticket: Ticket) -> Json:
    values = [{"id": field_id, "value": ticket.custom_fields.get(field_id)} for field_id in state.fields]
    return {
        "url": f"{state.url}/api/v2/tickets/{ticket.id}.json",
        "id": ticket.id,
        "external_id": ticket.external_id,
        "via": ticket.via,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "generated_timestamp": int(ticket.changed_at.timestamp()),
        "type": ticket.type,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": ticket.comments[0].body if ticket.comments else "",
        "priority": ticket.priority,
        "status": ticket.status,
        "recipient": None,
        "requester_id": ticket.requester_id,
        "submitter_id": ticket.submitter_id,
        "assignee_id": ticket.assignee_id,
        "organization_id": ticket.organization_id,
        "group_id": ticket.group_id,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": ticket.is_public,
        "due_at": None,
        "tags": list(ticket.tags),
        "custom_fields": values,
        "fields": values,
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "custom_status_id": ticket.custom_status_id,
        "followup_ids": list(ticket.followup_ids),
        "ticket_form_id": None,
        "brand_id": ticket.brand_id,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }


def comment_html(state: State, comment: Comment) -> str:
    if comment.html is not None:
        return f'<div class="zd-comment" dir="auto">{comment.html}</div>'
    staff = state.person(comment.author_id).is_staff
    return html_from_agent(comment.body) if staff else html_from_customer(comment.body)


def comment_json(state: State, comment: Comment) -> Json:
    return {
        "id": comment.id,
        "type": "Comment",
        "author_id": comment.author_id,
        "body": comment.body,
        "html_body": comment_html(state, comment),
        "plain_body": comment.body,
        "public": comment.public,
        "attachments": [],
        "audit_id": comment.audit_id,
        "via": comment.via,
        "created_at": comment.created_at,
        "metadata": {"system": {}, "custom": {}} | ({"flags": [*comment.flags]} if comment.flags else {}),
    }


def event_json(state: State, event: Json) -> Json:
    comment = event.get("comment")
    if isinstance(comment, Comment):
        whole = comment_json(state, comment)
        kept = ("id", "type", "author_id", "body", "html_body", "plain_body", "public", "attachments", "audit_id")
        return {name: whole[name] for name in kept}
    return event


def audit_json(state: State, audit: Audit) -> Json:
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "created_at": audit.created_at,
        "author_id": audit.author_id,
        "metadata": {"system": {"client": "sandbox", "ip_address": "127.0.0.1"}, "custom": audit.custom},
        "events": [event_json(state, event) for event in audit.events],
        "via": audit.via,
    }


def person_json(state: State, person: Person) -> Json:
    return {
        "id": person.id,
        "url": f"{state.url}/api/v2/users/{person.id}.json",
        "name": person.name,
        "alias": person.handle,
        "email": person.email,
        "role": person.role,
        "tags": list(person.tags),
        "organization_id": person.organization_id,
        "suspended": person.suspended,
        "active": True,
        "verified": True,
        "locale": "en-US",
        "time_zone": "UTC",
        "created_at": person.created_at,
        "updated_at": person.created_at,
        "external_id": None,
        "details": "",
        "notes": "",
        "phone": None,
        "user_fields": {},
    }


def organization_json(state: State, organization: Organization) -> Json:
    return {
        "id": organization.id,
        "url": f"{state.url}/api/v2/organizations/{organization.id}.json",
        "name": organization.name,
        "tags": list(organization.tags),
        "domain_names": [],
        "external_id": None,
        "created_at": organization.created_at,
        "updated_at": organization.created_at,
        "organization_fields": {},
    }


def named_json(state: State, kind: str, named: Named) -> Json:
    return {
        "id": named.id,
        "url": f"{state.url}/api/v2/{kind}/{named.id}.json",
        "name": named.name,
        "created_at": named.created_at,
        "updated_at": named.created_at,
        "deleted": False,
        "default": False,
    }


def field_json(state: State, field: TicketField) -> Json:
    shape: Json = {
        "id": field.id,
        "url": f"{state.url}/api/v2/ticket_fields/{field.id}.json",
        "type": field.type,
        "title": field.title,
        "raw_title": field.title,
        "description": field.title,
        "active": True,
        "required": False,
        "removable": field.id >= 360000,
    }
    if field.type == "tagger":
        shape["custom_field_options"] = [
            {"id": index, "name": value, "value": value} for index, value in enumerate(field.options, 1)
        ]
    return shape


def custom_status_json(status: CustomStatus) -> Json:
    return {
        "id": status.id,
        "status_category": status.category,
        "agent_label": status.label,
        "end_user_label": status.label,
        "active": True,
        "default": status.default,
    }
