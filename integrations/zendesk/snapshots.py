"""What was read from Zendesk, as plain frozen values: nothing in them can call Zendesk again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

STAFF = frozenset({"agent", "admin"})


@dataclass(frozen=True, slots=True)
class RequesterSnapshot:
    id: int
    name: str = ""
    email: str = ""
    handle: str = ""
    """On channels that have handles: the requester's, without @."""
    role: str = "end-user"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganizationSnapshot:
    id: int
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketSnapshot:
    id: int
    subject: str
    description: str
    """The first comment as plain text."""
    status: str
    """The status' category where custom statuses are on: new, open, pending, hold, solved, closed."""
    custom_status_id: int | None
    tags: tuple[str, ...]
    via_channel: str
    """Lower case, `""` where Zendesk gave null; so are `via_rel` and `via_addresses`."""
    via_rel: str
    via_addresses: tuple[str, ...]
    """Every text in `via.source.from` and `.to`: addresses, names, handles, profile pages."""
    group_id: int | None
    group_name: str
    brand_id: int | None
    organization: OrganizationSnapshot | None
    requester: RequesterSnapshot
    submitter_id: int | None
    assignee_id: int | None
    created_at: datetime
    updated_at: str
    """Zendesk's own text: `updated_stamp` has to match it to the letter."""
    is_public: bool
    url: str
    """Where an agent opens the ticket."""
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    """Field id to value; without empty fields. Several values are joined by a space, truth is `true` or `false`."""


@dataclass(frozen=True, slots=True)
class CommentSnapshot:
    id: int
    author_id: int | None
    public: bool
    body: str
    """Plain text."""
    created_at: datetime
    via_channel: str = ""
    via_rel: str = ""
    author_role: str = ""
    """end-user, agent or admin; empty when Zendesk did not say, as for people who were deleted."""
    author_email: str = ""
    automatic: bool = False
    """Zendesk marked it as automatically generated, and notifies nobody of it."""

    @property
    def by_staff(self) -> bool:
        return self.author_role in STAFF

    @property
    def is_internal_note(self) -> bool:
        """A colleague's. Private alone does not say so: Zendesk also keeps mail private that it does not trust."""
        return not self.public and self.by_staff


@dataclass(frozen=True, slots=True)
class ChangePage:
    tickets: tuple[TicketSnapshot, ...]
    cursor: str
    """Where to go on, now or on another day; empty when Zendesk gave none: ask again as before."""
    end: bool
    """There is no more at this time."""
