"""What the sandbox's Zendesk holds: tickets with their comments and audits, people, and the account's lists."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Via = Json
API_VIA: Via = {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
WEB_VIA: Via = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}


@dataclass(slots=True)
class Person:
    id: int
    name: str
    email: str | None = None
    handle: str = ""
    role: str = "end-user"
    tags: list[str] = field(default_factory=list)
    organization_id: int | None = None
    suspended: bool = False
    created_at: str = ""

    @property
    def is_staff(self) -> bool:
        return self.role in {"agent", "admin"}


@dataclass(slots=True)
class Organization:
    id: int
    name: str
    tags: list[str] = field(default_factory=list)
    created_at: str = ""


@dataclass(slots=True)
class Named:
    """A group or a brand."""

    id: int
    name: str
    created_at: str = ""


@dataclass(slots=True)
class TicketField:
    id: int
    type: str
    title: str
    options: list[str] = field(default_factory=list)
    """The values of a drop-down (`tagger`): each is also a tag of the ticket."""


@dataclass(slots=True)
class Comment:
    id: int
    author_id: int
    body: str
    """Plain text as shown; placeholders already expanded."""
    html: str | None
    """As given in `html_body`; None: made from the plain text when asked for."""
    public: bool
    created_at: str
    audit_id: int
    via: Via
    flags: tuple[int, ...] = ()
    """Why Zendesk marked it."""


@dataclass(slots=True)
class Audit:
    id: int
    ticket_id: int
    author_id: int
    created_at: str
    via: Via
    custom: Json
    """What the update's `metadata` carried."""
    events: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Ticket:
    id: int
    subject: str
    requester_id: int
    submitter_id: int
    via: Via
    created_at: str
    updated_at: str
    changed_at: datetime
    """Exact, unlike `updated_at`: what the incremental export sorts by."""
    status: str = "new"
    custom_status_id: int | None = None
    priority: str | None = None
    type: str | None = None
    tags: list[str] = field(default_factory=list)
    organization_id: int | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    brand_id: int | None = None
    external_id: str | None = None
    is_public: bool = True
    custom_fields: dict[int, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    followup_ids: list[int] = field(default_factory=list)
    followup_of: int | None = None
    spam: bool = False

    @property
    def is_deleted(self) -> bool:
        return self.status == "deleted"

    @property
    def description(self) -> str:
        """The text of the first comment."""
        return self.comments[0].body if self.comments else ""


@dataclass(slots=True)
class Job:
    id: str
    total: int
    results: list[Json]
    created_at: datetime
    ends: str = "completed"
    """Or `failed`, `killed`."""


@dataclass(frozen=True, slots=True)
class CustomStatus:
    id: int
    category: str
    label: str
    default: bool


CUSTOM_STATUSES = (
    CustomStatus(6001, "new", "New", default=True),
    CustomStatus(6002, "open", "Open", default=True),
    CustomStatus(6003, "pending", "Pending", default=True),
    CustomStatus(6004, "hold", "On-hold", default=True),
    CustomStatus(6005, "solved", "Solved", default=True),
    CustomStatus(6014, "hold", "Waiting for an issue", default=False),
)
