"""Checks an update field by field. Nothing is changed here, and nothing doubtful gets through."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.api import Refused
from integrations.sandbox.zendesk.models import CUSTOM_STATUS_IDS, PRIORITIES, TYPES, Ticket
from integrations.sandbox.zendesk.refusals import WARNING, bad_request, invalid, refused, warning
from integrations.sandbox.zendesk.state import State

_UPDATE_KEYS = (
    "assignee_id brand_id comment custom_fields external_id group_id metadata organization_id priority requester_id "
    "safe_update status subject tags type updated_stamp"
)
UPDATE_KEYS = frozenset(_UPDATE_KEYS.split())
CREATE_KEYS = UPDATE_KEYS - {"safe_update", "updated_stamp"} | {"description", "via_followup_source_id"}
COMMENT_KEYS = frozenset({"body", "html_body", "public", "author_id"})
_TEXTS = frozenset({"subject", "external_id"})
_CHOICES = {
    "priority": (None, *PRIORITIES),
    "type": (None, *TYPES),
}
_IDS = frozenset({"group_id", "brand_id", "organization_id", "requester_id", "assignee_id"})
COMMENT_LIMIT_BYTES = 65_536
_TAG = re.compile(r"[\w/-]+")


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment as it was sent: exactly one of `body` and `html` is given."""

    body: str | None
    html: str | None
    public: bool
    author_id: int | None = None
    flags: tuple[int, ...] = ()
    """Why Zendesk marked it."""


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Ticket attribute -> new value, for those the update names."""
    tags: tuple[str, ...] | None = None
    fields: Mapping[int, Any] = field(default_factory=dict)
    comment: NewComment | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def check_keys(where: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    """The real service drops such keys and says so in a header only; a caller wants to know, so here it is an error."""
    names = sorted(f"{where}.{key}" for key in given.keys() - known)
    if names:
        told = f"Zendesk would silently drop {', '.join(names)}, or the sandbox does not have it."
        body = {"error": "SandboxUnknownKeys", "description": told}
        raise Refused(400, body, "unknown_keys", {WARNING: warning(names)})


def checked_update(state: State, ticket: Ticket | None, change: Mapping[str, Any]) -> TicketUpdate:
    """Raises Refused 400 for what Zendesk would drop or alter silently, 422 for what it refuses itself."""
    return TicketUpdate(
        attributes=_attributes(state, ticket, change),
        tags=_tags(ticket, change),
        fields=_fields(state, change.get("custom_fields") or []),
        comment=_comment(state, change.get("comment")),
        metadata=_metadata(change.get("metadata")),
    )


def _attributes(state: State, ticket: Ticket | None, change: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {name: value for name, value in change.items() if name in _TEXTS or name in _CHOICES or name in _IDS}
    for name, value in attributes.items():
        if name in _TEXTS:
            _text(name, value)
        elif name in _CHOICES and value not in _CHOICES[name]:
            raise invalid(name, f"{name.capitalize()}: {value} is not valid")
        elif name in _IDS and value is not None and not _exists(state, name, value):
            raise invalid(name, f"{name}: {value} does not exist")
    return attributes | _status(state, ticket, change)


def _exists(state: State, name: str, wanted_id: object) -> bool:
    if not isinstance(wanted_id, int):
        return False
    if name in {"requester_id", "assignee_id"}:
        person = state.people.get(wanted_id)
        return person is not None and person.active and (name == "requester_id" or person.is_staff)
    if name == "group_id":
        return wanted_id in state.groups and not state.groups[wanted_id].deleted
    return wanted_id in {"brand_id": state.brands}.get(name, state.organizations)


def _status(state: State, ticket: Ticket | None, change: Mapping[str, Any]) -> dict[str, Any]:
    if "status" not in change or (ticket is not None and ticket.status == change["status"]):
        return {}
    status = change["status"]
    if status not in CUSTOM_STATUS_IDS:
        raise invalid("status", f"Status: {status} is not valid")
    if status in state.refused_statuses:
        raise refused(state.refused_statuses[status])
    if ticket is not None and status == "new":
        raise invalid("status", "Status: cannot be set back to new")
    return state.status_attributes(status)


def _tags(ticket: Ticket | None, change: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Zendesk alters or splits bad new tags silently; here they are refused."""
    if "tags" not in change:
        return None
    tags = change["tags"]
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise bad_request("InvalidTags", "tags must be a list of strings")
    added = set(tags) - set(ticket.tags if ticket else ())
    bad = sorted(tag for tag in added if not _TAG.fullmatch(tag) or tag != tag.lower())
    if bad:
        told = f"Zendesk would alter these tags: {bad}. Use lower-case letters, digits, _, - and /."
        raise bad_request("SandboxBadTags", told)
    return tuple(sorted(set(tags)))


def _fields(state: State, values: object) -> dict[int, Any]:
    if not isinstance(values, list):
        raise bad_request("InvalidCustomFields", "custom_fields must be a list of {id, value}")
    fields: dict[int, Any] = {}
    for item in values:
        known = state.fields.get(item["id"]) if isinstance(item, dict) and set(item) == {"id", "value"} else None
        if known is None:
            raise bad_request("SandboxUnknownField", f"Zendesk would silently drop this custom field: {item}")
        fields[known.id] = item["value"] or None
    return fields


def _comment(state: State, comment: object) -> NewComment | None:
    if comment is None:
        return None
    if not isinstance(comment, dict):
        raise bad_request("InvalidComment", "comment must be an object")
    check_keys("ticket.comment", comment, COMMENT_KEYS)
    if "body" in comment and "html_body" in comment:
        raise bad_request("SandboxTwoBodies", "a comment has body or html_body; Zendesk would drop one of them")
    body, html = comment.get("body"), comment.get("html_body")
    text = _text("comment", html if body is None else body) or ""
    if not text.strip():
        return None
    if len(text.encode("utf-8", "surrogatepass")) > COMMENT_LIMIT_BYTES:
        raise bad_request("SandboxCommentTooLong", f"Zendesk would cut this comment at {COMMENT_LIMIT_BYTES} bytes")
    public = comment.get("public", True)
    if not isinstance(public, bool):
        raise bad_request("InvalidComment", "comment.public must be true or false")
    author_id = comment.get("author_id")
    if author_id is not None and author_id not in state.people:
        raise invalid("comment", f"Comment: author {author_id} does not exist")
    return NewComment(body=body, html=None if body is not None else html, public=public, author_id=author_id)


def _metadata(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request("InvalidMetadata", "metadata must be an object")
    return value


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise bad_request("InvalidValue", f"{name} must be a string")
    return value
