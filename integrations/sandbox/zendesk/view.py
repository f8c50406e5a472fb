"""A ticket as one plain dictionary, for the assertions of tests and for the pages."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.serializers import audit_json, comment_json
from integrations.sandbox.zendesk.state import State


def ticket_view(state: State, ticket: Ticket) -> dict[str, Any]:
    """`comments` and `audits` as the API shows them, comments with `author` (name) and `author_role` beside the id;
    `group`, `brand` and `organization` by name; `custom_fields` by id; deleted tickets too (status `deleted`)."""
    requester = state.person(ticket.requester_id)
    organization = state.organizations.get(ticket.organization_id or 0)
    status = state.custom_statuses.get(ticket.custom_status_id or 0)
    return {
        "id": ticket.id,
        "page": state.ticket_url(ticket),
        "subject": ticket.subject,
        "status": ticket.status,
        "status_label": status.label if status and status.category == ticket.status else ticket.status.capitalize(),
        "custom_status_id": ticket.custom_status_id,
        "priority": ticket.priority,
        "type": ticket.type,
        "tags": list(ticket.tags),
        "via": ticket.via,
        "is_public": ticket.is_public,
        "external_id": ticket.external_id,
        "requester": {
            "id": requester.id,
            "name": requester.name,
            "email": requester.email,
            "handle": requester.handle,
            "role": requester.role,
            "suspended": requester.suspended,
            "tags": list(requester.tags),
        },
        "organization": organization.name if organization else None,
        "group": state.groups[ticket.group_id].name if ticket.group_id else None,
        "brand": state.brands[ticket.brand_id].name if ticket.brand_id else None,
        "assignee_id": ticket.assignee_id,
        "custom_fields": dict(ticket.custom_fields),
        "comments": [
            comment_json(state, comment)
            | {"author": state.person(comment.author_id).name, "author_role": state.person(comment.author_id).role}
            for comment in ticket.comments
        ],
        "audits": [
            audit_json(state, audit) | {"author": state.person(audit.author_id).name} for audit in ticket.audits
        ],
        "followup_ids": list(ticket.followup_ids),
        "followup_of": ticket.followup_of,
        "spam": ticket.spam,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    }
