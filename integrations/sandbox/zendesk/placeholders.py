"""Zendesk renders placeholders in what agents write, on save: text copied from a customer can run as one.

https://support.zendesk.com/hc/en-us/articles/4408886858138 (placeholders reference)
"""

import re
from collections.abc import Callable, Mapping

from integrations.sandbox.zendesk.channels import via_title
from integrations.sandbox.zendesk.models import Comment, Named, Person, Ticket
from integrations.sandbox.zendesk.state import State

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)


def expand(text: str, value_of: Callable[[str], str | None]) -> str:
    """`text` with `{{name}}` replaced by its value (unknown names render empty) and `{% ... %}` removed.

    Names are case-sensitive. Of a Liquid filter (`{{name | filter}}`) only the name counts.
    """
    if "{" not in text:
        return text
    without_blocks = _BLOCK.sub("", text)
    return _PLACEHOLDER.sub(lambda match: value_of(match[1].partition("|")[0].strip()) or "", without_blocks)


def placeholder_values(state: State, ticket: Ticket, actor: Person) -> Callable[[str], str | None]:
    """A look-up from the name between the braces to its text; None for a name Zendesk does not know."""

    def value_of(name: str) -> str | None:
        if name.startswith("current_user."):
            return _of_person(actor, name.removeprefix("current_user."))
        if name.startswith("ticket.requester."):
            return _of_person(state.person(ticket.requester_id), name.removeprefix("ticket.requester."))
        if name.startswith("ticket.assignee."):
            assignee = state.people.get(ticket.assignee_id or 0)
            return _of_person(assignee, name.removeprefix("ticket.assignee.")) if assignee else ""
        if name.startswith("ticket.ticket_field_"):
            field_id = name.removeprefix("ticket.ticket_field_").removeprefix("option_title_")
            return str(ticket.custom_fields.get(int(field_id), "") or "") if field_id.isdecimal() else None
        make = _TICKET_VALUES.get(name)
        return make(state, ticket) if make else None

    return value_of


def _of_person(person: Person, name: str) -> str | None:
    return {
        "id": str(person.id),
        "name": person.name,
        "first_name": person.name.partition(" ")[0],
        "last_name": person.name.partition(" ")[2],
        "email": person.email or "",
        "language": "English",
        "locale": "en-US",
        "external_id": "",
        "role": person.role,
    }.get(name)


def _shown(comments: list[Comment]) -> str:
    return "\n\n".join(comment.body for comment in comments)


def _name(among: Mapping[int, Named], wanted_id: int | None) -> str:
    return among[wanted_id].name if wanted_id else ""


_TICKET_VALUES: dict[str, Callable[[State, Ticket], str]] = {
    "ticket.id": lambda _state, ticket: str(ticket.id),
    "ticket.title": lambda _state, ticket: ticket.subject,
    "ticket.description": lambda _state, ticket: _shown(ticket.comments[:1]),
    "ticket.latest_comment": lambda _state, ticket: _shown(ticket.comments[-1:]),
    "ticket.latest_comment_formatted": lambda _state, ticket: _shown(ticket.comments[-1:]),
    "ticket.latest_public_comment": lambda _state, ticket: _shown([c for c in ticket.comments if c.public][-1:]),
    "ticket.comments": lambda _state, ticket: _shown(ticket.comments[::-1]),
    "ticket.public_comments": lambda _state, ticket: _shown([c for c in ticket.comments[::-1] if c.public]),
    "ticket.url": lambda state, ticket: state.ticket_url(ticket).removeprefix("http://"),
    "ticket.link": lambda state, ticket: state.ticket_url(ticket),
    "ticket.via": lambda _state, ticket: via_title(ticket),
    "ticket.tags": lambda _state, ticket: " ".join(ticket.tags),
    "ticket.status": lambda _state, ticket: ticket.status_label,
    "ticket.priority": lambda _state, ticket: (ticket.priority or "").capitalize(),
    "ticket.ticket_type": lambda _state, ticket: (ticket.type or "Ticket").capitalize(),
    "ticket.external_id": lambda _state, ticket: ticket.external_id or "",
    "ticket.group.name": lambda state, ticket: _name(state.groups, ticket.group_id),
    "ticket.brand.name": lambda state, ticket: _name(state.brands, ticket.brand_id),
    "ticket.organization.name": lambda state, ticket: _name(state.organizations, ticket.organization_id),
    "ticket.created_at_with_timestamp": lambda _state, ticket: ticket.created_at,
    "ticket.updated_at_with_timestamp": lambda _state, ticket: ticket.updated_at,
}
