"""The JSON shapes of Zendesk's API: https://developer.zendesk.com/api-reference/ticketing/."""

from integrations.sandbox.api import Json, picked
from integrations.sandbox.zendesk.models import (
    Audit,
    Comment,
    Named,
    Organization,
    Person,
    Ticket,
)
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.text import html_from_agent, html_from_customer

_TICKET = (
    "id external_id via created_at updated_at type subject priority status requester_id submitter_id assignee_id "
    "organization_id group_id is_public tags custom_status_id followup_ids brand_id"
)
_TICKET_VIEW = (
    "id subject status custom_status_id priority type tags via is_public external_id assignee_id custom_fields "
    "followup_ids followup_of spam created_at updated_at"
)
# What the sandbox's tickets never have. A real answer has these keys, so ours has them.
_TICKET_REST: Json = {
    **dict.fromkeys(["recipient", "forum_topic_id", "problem_id", "due_at", "satisfaction_rating", "ticket_form_id"]),
    **dict.fromkeys(("has_incidents", "allow_channelback", "from_messaging_channel"), False),
    "allow_attachments": True,
}
_TICKET_LISTS = ("collaborator_ids", "follower_ids", "email_cc_ids", "sharing_agreement_ids")
_PERSON_REST: Json = {
    "active": True,
    "verified": True,
    "locale": "en-US",
    "time_zone": "UTC",
    "external_id": None,
    "details": "",
    "notes": "",
    "phone": None,
    "user_fields": {},
}
_COMMENT_IN_AUDIT = ("id", "type", "author_id", "body", "html_body", "plain_body", "public", "attachments", "audit_id")


def ticket_json(state: State, ticket: Ticket) -> Json:
    values = [{"id": field_id, "value": ticket.custom_fields.get(field_id)} for field_id in state.fields]
    return {
        "url": f"{state.url}/api/v2/tickets/{ticket.id}.json",
        **picked(ticket, _TICKET),
        "generated_timestamp": int(ticket.changed_at.timestamp()),
        "raw_subject": ticket.subject,
        "description": ticket.description,
        "custom_fields": values,
        "fields": values,
        **_TICKET_REST,
        **{name: [] for name in _TICKET_LISTS},
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
        "attachments": [],
        "metadata": {"system": {}, "custom": {}} | ({"flags": [*comment.flags]} if comment.flags else {}),
    }


def event_json(state: State, event: Json) -> Json:
    comment = event.get("comment")
    if isinstance(comment, Comment):
        whole = comment_json(state, comment)
        return {name: whole[name] for name in _COMMENT_IN_AUDIT}
    return event


def audit_json(state: State, audit: Audit) -> Json:
    return {
        **picked(audit, "id ticket_id created_at author_id via"),
        "metadata": {"system": {"client": "sandbox", "ip_address": "127.0.0.1"}, "custom": audit.custom},
        "events": [event_json(state, event) for event in audit.events],
    }


def person_json(state: State, person: Person) -> Json:
    own = picked(person, "email role suspended organization_id tags")
    return _record(state, "users", person) | own | {"alias": person.handle} | _PERSON_REST


def organization_json(state: State, organization: Organization) -> Json:
    rest: Json = {"domain_names": [], "external_id": None, "organization_fields": {}}
    return _record(state, "organizations", organization) | picked(organization, "tags") | rest


def group_json(state: State, group: Named) -> Json:
    return _record(state, "groups", group) | {"deleted": False, "default": False}


def _record(state: State, kind: str, item: Person | Organization | Named) -> Json:
    url = f"{state.url}/api/v2/{kind}/{item.id}.json"
    return picked(item, "id name created_at") | {"url": url, "updated_at": item.created_at}


def ticket_view(state: State, ticket: Ticket) -> Json:
    """For the pages and for the assertions of tests.

    `comments` and `audits` as the API shows them, comments with `author` (name) and `author_role` beside the id;
    `group`, `brand` and `organization` by name; `custom_fields` by id; deleted tickets too (status `deleted`).
    """
    organization = state.organizations.get(ticket.organization_id or 0)
    status = state.custom_statuses.get(ticket.custom_status_id or 0)
    comments = []
    for comment in ticket.comments:
        author = state.person(comment.author_id)
        comments.append(comment_json(state, comment) | {"author": author.name, "author_role": author.role})
    return {
        **picked(ticket, _TICKET_VIEW),
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
