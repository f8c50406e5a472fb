"""A ticket as one plain dictionary, for the assertions of tests and for the pages."""

from __future__ import annotations

from integrations.sandbox.api import Json, picked
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.serializers import audit_json, comment_json
from integrations.sandbox.zendesk.state import State

_AS_STORED = (
    "id subject status custom_status_id priority type tags via is_public external_id assignee_id custom_fields "
    "followup_ids followup_of spam created_at updated_at"
)


def ticket_view(state: State, ticket: Ticket) -> Json:
    """`comments` and `audits` as the API shows them, comments with `author` (name) and `author_role` beside the id;
    `group`, `brand` and `organization` by name; `custom_fields` by id; deleted tickets too (status `deleted`)."""
    organization = state.organizations.get(ticket.organization_id or 0)
    status = state.custom_statuses.get(ticket.custom_status_id or 0)
    comments = []
    for comment in ticket.comments:
        author = state.person(comment.author_id)
        comments.append(comment_json(state, comment) | {"author": author.name, "author_role": author.role})
    return {
        **picked(ticket, _AS_STORED),
        "page": state.ticket_url(ticket),
        "status_label": status.label if status and status.category == ticket.status else ticket.status.capitalize(),
        "requester": picked(state.person(ticket.requester_id), "id name email handle role suspended tags"),
        "organization": organization.name if organization else None,
        "group": state.groups[ticket.group_id].name if ticket.group_id else None,
        "brand": state.brands[ticket.brand_id].name if ticket.brand_id else None,
        "comments": comments,
        "audits": [
            audit_json(state, audit) | {"author": state.person(audit.author_id).name} for audit in ticket.audits
        ],
    }
