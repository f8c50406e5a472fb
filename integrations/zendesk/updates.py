"""What an update changes, and its JSON: the same for one ticket and for many in one job."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.visible import visible

RUN_KEY = "pointsman_run"
"""The key in an audit's metadata that names the run which made the update."""
READ_KEY = "pointsman_read"
"""The key for the tags that the run had read, as JSON: what else its update removed, somebody had set meanwhile."""
PUT_BACK_KEY = "pointsman_put_back"
"""The key that names the run whose update had overwritten tags: this one puts them back."""


@dataclass(frozen=True, slots=True)
class NewComment:
    html_body: str
    """Built with `integrations.zendesk.updates`: Zendesk expands placeholders in it."""
    public: bool = False


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """What one PUT changes. It leaves alone what is None or empty."""

    updated_stamp: str
    """The ticket's `updated_at` as it was read. Zendesk answers 409 if the ticket has changed since."""
    tags: tuple[str, ...] | None = None
    """All tags of the ticket: Zendesk replaces the list."""
    status: str | None = None
    priority: str | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    comment: NewComment | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    """Field id to value."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Kept in the audit's `metadata.custom`; see `RUN_KEY`."""


@dataclass(frozen=True, slots=True)
class UpdatedTicket:
    updated_at: str
    audit_id: int
    status: str
    tags: tuple[str, ...]
    overwritten: tuple[str, ...] = ()
    """Tags that the update removed although we had not read them: set in between, within the second of its stamp."""


@dataclass(frozen=True, slots=True)
class FoundUpdate:
    """An update of ours, as the ticket's audits have it."""

    overwritten: tuple[str, ...] = ()
    """As above, and not put back yet."""


def ticket_json(update: TicketUpdate) -> dict[str, Any]:
    """The ticket's JSON without its id.

    Always the whole list of tags: Zendesk's pages disagree on whether `additional_tags` work in a list of tickets.
    `safe_update` makes the whole list safe, in a job and in a single PUT.
    """
    said: dict[str, Any] = {"safe_update": True, "updated_stamp": update.updated_stamp}
    if update.tags is not None:
        said["tags"] = list(update.tags)
    for name in ("status", "priority", "group_id", "assignee_id"):
        if (value := getattr(update, name)) is not None:
            said[name] = value
    if update.comment is not None:
        said["comment"] = {"html_body": update.comment.html_body, "public": update.comment.public}
    if update.custom_fields:
        said["custom_fields"] = [{"id": int(key), "value": value} for key, value in update.custom_fields.items()]
    if update.metadata:
        said["metadata"] = dict(update.metadata)
    return said


ZERO_WIDTH_SPACE = "&#8203;"

# Control characters, and halves of surrogate pairs: Zendesk may drop them, and so join the braces around them.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A brace that opens, or could: with the next piece, without the line break, once Markdown took a backslash away.
OPENING = re.compile(r"\{(?=[\\\n]*(?:[{%&]|\Z))")


def plain(text: str) -> str:
    """`text` with Unix line ends and without control characters and others that are not seen."""
    return visible(UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def as_html(text: str) -> str:
    """For an `html_body`: the text as it is, with line breaks; looks the same, but nothing in it is code or hidden."""
    escaped = html.escape(OPENING.sub("{\u200b", plain(text)))
    return escaped.replace("\u200b", ZERO_WIDTH_SPACE).replace("\n", "<br>")
