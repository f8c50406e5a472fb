"""What was read from GitLab, as plain frozen values, and how GitLab's JSON becomes them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from integrations.wire import WireModel, WireText

IssueState = Literal["opened", "closed"]

# The only place where GitLab's REST answer says which issue this one duplicates.
API_ISSUE = re.compile(r"/projects/(\d+)/issues/(\d+)\Z")

# GitLab's own note is all that says so: no field of the REST answer names the epic. An epic is a work item now.
PROMOTED = re.compile(r"promoted to (?:epic|work item) (\S{1,300})")


@dataclass(frozen=True, slots=True)
class Bot:
    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    path: str
    web_url: str
    visibility: str
    """private, internal or public."""
    issues_access: str = "enabled"
    """Who may read its issues: enabled (whoever may see the project), private (members), disabled, public."""

    @property
    def public(self) -> bool:
        """May a stranger read its issues, confidential ones aside?"""
        return self.visibility == "public" and self.issues_access in {"enabled", "public"}


@dataclass(frozen=True, slots=True)
class GitLabIssueRef:
    project_id: int
    iid: int


@dataclass(frozen=True, slots=True)
class GitLabIssue:
    id: int
    """Global; URLs and people use `iid`, which counts within a project."""
    iid: int
    project_id: int
    title: str
    description: str
    state: IssueState
    labels: tuple[str, ...]
    confidential: bool
    web_url: str
    author_id: int | None
    created_at: datetime
    updated_at: datetime
    upvotes: int
    moved_to_id: int | None
    """The global id of the issue it was moved to."""
    duplicated_to: GitLabIssueRef | None
    """The canonical issue, if this one was closed as a duplicate of it."""
    issue_type: str
    """issue, incident, task, ..."""
    reference: str
    """Full: `group/project#7`."""
    closed_at: datetime | None = None
    milestone: str = ""
    """The milestone's title."""


@dataclass(frozen=True, slots=True)
class GitLabNote:
    id: int
    author_id: int | None
    body: str
    internal: bool
    """Only for people of the team; a note's webhook does not always say so."""
    created_at: datetime
    system: bool = False
    """Written by GitLab itself, about what somebody did."""


class WireGitLabUser(WireModel):
    id: int
    username: WireText = ""


class WireProject(WireModel):
    id: int
    path_with_namespace: str
    web_url: str
    visibility: WireText = ""
    issues_access_level: WireText = ""

    def project(self) -> Project:
        # Without a visibility the safe guess: nobody else may read it.
        access = self.issues_access_level or "enabled"  # GitLab before 14 has no such field
        return Project(self.id, self.path_with_namespace, self.web_url, self.visibility or "private", access)


class WireReferences(WireModel):
    full: WireText = ""


class WireLinks(WireModel):
    closed_as_duplicate_of: WireText = ""


class WireMilestone(WireModel):
    title: WireText = ""


class WireIssue(WireModel):
    id: int
    iid: int
    project_id: int
    title: str
    description: WireText = ""
    state: IssueState
    labels: tuple[str, ...] = ()
    confidential: bool = False
    web_url: str
    author: WireGitLabUser | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    upvotes: int = 0
    moved_to_id: int | None = None
    issue_type: WireText = ""
    references: WireReferences = WireReferences()
    links: WireLinks = Field(default=WireLinks(), alias="_links")
    closed_at: AwareDatetime | None = None
    milestone: WireMilestone | None = None

    def issue(self) -> GitLabIssue:
        canonical = API_ISSUE.search(self.links.closed_as_duplicate_of)
        return GitLabIssue(
            id=self.id,
            iid=self.iid,
            project_id=self.project_id,
            title=self.title,
            description=self.description,
            state=self.state,
            labels=self.labels,
            confidential=self.confidential,
            web_url=self.web_url,
            author_id=self.author.id if self.author else None,
            created_at=self.created_at,
            updated_at=self.updated_at,
            upvotes=self.upvotes,
            moved_to_id=self.moved_to_id,
            duplicated_to=GitLabIssueRef(int(canonical[1]), int(canonical[2])) if canonical else None,
            issue_type=self.issue_type or "issue",
            reference=self.references.full,
            closed_at=self.closed_at,
            milestone=self.milestone.title if self.milestone else "",
        )


class WireNote(WireModel):
    id: int
    author: WireGitLabUser | None = None
    body: WireText = ""
    internal: bool = False
    system: bool = False
    created_at: AwareDatetime

    def note(self) -> GitLabNote:
        author_id = self.author.id if self.author else None
        return GitLabNote(self.id, author_id, self.body, self.internal, self.created_at, self.system)


class WireMergeRequest(WireModel):
    state: WireText = ""


class WireStateEvent(WireModel):
    state: WireText = ""
    source_commit: WireText = ""


class WireToken(WireModel):
    scopes: tuple[str, ...]


WIRE_CLOSERS = TypeAdapter(tuple[WireMergeRequest, ...])
WIRE_STATE_EVENTS = TypeAdapter(tuple[WireStateEvent, ...])
WIRE_PAGE = TypeAdapter(tuple[WireIssue, ...])
