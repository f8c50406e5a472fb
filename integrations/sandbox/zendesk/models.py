"""What the sandbox's Zendesk holds: tickets with their comments and audits, people, and the account's lists."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.sandbox.api import Json

Via = Json
API_VIA: Via = {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
WEB_VIA: Via = API_VIA | {"channel": "web"}
CUSTOM_STATUS_IDS = {"new": 6001, "open": 6002, "pending": 6003, "hold": 6004, "solved": 6005, "closed": None}
"""By status: the one that a ticket gets with it."""
PRIORITIES = ["low", "normal", "high", "urgent"]
TYPES = ["problem", "incident", "question", "task"]


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
    external_id: str | None = None
    active: bool = True
    """False: deleted."""

    @property
    def is_staff(self) -> bool:
        return self.role in {"agent", "admin"}


@dataclass(slots=True)
class Named:
    """An organization, a group or a brand; only the first has tags."""

    id: int
    name: str
    created_at: str
    tags: list[str] = field(default_factory=list)
    deleted: bool = False
    """Only groups: still listed."""


@dataclass(slots=True)
class TicketField:
    id: int
    title: str
    type: str = "text"
    removable: bool = True
    """False: one that every account has."""


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
    events: list[Json | Comment] = field(default_factory=list)


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
    odd: Json = field(default_factory=dict)
    """Keys that the API shows in another form than usual."""

    @property
    def is_deleted(self) -> bool:
        return self.status == "deleted"

    @property
    def status_label(self) -> str:
        return "On-hold" if self.status == "hold" else self.status.capitalize()

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
