"""What the sandbox's GitLab holds: projects, issues with notes, people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from integrations.sandbox.api import Json
from integrations.sandbox.gitlab.search import SearchIndex

EventKind = Literal["issue", "note", "emoji"]
Visibility = Literal["public", "internal", "private"]
ISSUE_TYPES = ("issue", "incident", "test_case", "task")
BOT_USER_ID = 501
ENGINEER_ID = 502
MAINTAINER = 40
"""The access level from which on one sees hooks and edits what others wrote. Below: 30 developer, 20 reporter."""


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    username: str
    name: str


@dataclass(slots=True)
class Label:
    id: int
    name: str
    color: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    id: int
    iid: int
    title: str


@dataclass(frozen=True, slots=True)
class QuickAction:
    """A command that was found in a text, executed and cut out of it."""

    command: str
    argument: str


@dataclass(frozen=True, slots=True)
class TextEffects:
    """What a text does to others when GitLab renders it."""

    mentions: tuple[str, ...] = ()
    """Names after an @ outside code: each gets a notification."""
    references: tuple[str, ...] = ()
    """`#1`, `!2`, `~label`, `%milestone`, URLs of this GitLab: each leaves a trace at its target."""
    images: tuple[str, ...] = ()
    """Addresses that a reader's browser would load."""


@dataclass(slots=True)
class Note:
    id: int
    body: str
    author_id: int
    created_at: datetime
    updated_at: datetime
    internal: bool = False
    system: bool = False
    quick_actions: list[QuickAction] = field(default_factory=list)
    effects: TextEffects = TextEffects()


@dataclass(frozen=True, slots=True)
class Award:
    id: int
    name: str
    user_id: int
    created_at: datetime


@dataclass(slots=True)
class Issue:
    id: int
    iid: int
    project_id: int
    title: str
    description: str
    author_id: int
    created_at: datetime
    updated_at: datetime
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    confidential: bool = False
    issue_type: str = "issue"
    milestone: str | None = None
    """The title of one of its project's."""
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    moved_to_id: int | None = None
    duplicated_to_id: int | None = None
    merged_iid: int | None = None
    """The merge request that closed it."""
    commit: str = ""
    """The commit that closed it."""
    notes: list[Note] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    linked_ids: list[int] = field(default_factory=list)
    quick_actions: list[QuickAction] = field(default_factory=list)
    effects: tuple[TextEffects, ...] = ()
    """Of the title, of the description."""

    def votes(self, emoji: str) -> int:
        return sum(award.name == emoji for award in self.awards)


@dataclass(slots=True)
class Project:
    id: int
    path: str
    visibility: Visibility
    created_at: datetime
    members: dict[int, int] = field(default_factory=dict)
    """Access level by account, inherited ones too."""
    former_paths: list[str] = field(default_factory=list)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    """By title."""
    index: SearchIndex = field(default_factory=SearchIndex)
    last_iid: int = 0
    issues_for_members: bool = False
    version: int = 0
    """Moves with every change of an issue: what was listed at the same version is still right."""

    @property
    def member(self) -> bool:
        """Whether the service's token belongs to a member."""
        return BOT_USER_ID in self.members

    @property
    def opened(self) -> int:
        return sum(issue.state == "opened" for issue in self.issues.values())

    @property
    def readable(self) -> bool:
        return self.member or self.visibility != "private"


@dataclass(slots=True)
class Event:
    """Something that a webhook reports."""

    uuid: str
    """The Idempotency-Key: the same when it is sent again."""
    kind: EventKind
    action: str
    issue_id: int
    actor_id: int
    changes: Json = field(default_factory=dict)
    note: Note | None = None
    emoji: str = ""
    body: bytes | None = None
    """The payload as it was first sent."""
