"""The issue that stands for another one: what it duplicates, or where it was moved to."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from integrations.errors import NotFound
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import GitLabIssue

# A duplicate of a duplicate of ...: past this, nothing stands for it.
LONGEST_CHAIN = 5
Replaced = Literal["duplicate", "moved"]
EITHER: tuple[Replaced, ...] = ("duplicate", "moved")


@dataclass(frozen=True, slots=True)
class Successor:
    issue: GitLabIssue
    dead_end: bool = False
    """What takes the place of `issue` is not to be found, or the token may not read it."""


def successor_of(issue: GitLabIssue, gitlab: GitLabClient, ways: Collection[str] = EITHER) -> Successor:
    """The issue itself where nothing took its place. Only `ways` are followed. Raises IntegrationError."""
    current, seen = issue, {(issue.project_id, issue.iid)}
    while (way := replaced_as(current)) and way in ways:
        after = _next(current, gitlab) if len(seen) <= LONGEST_CHAIN else None
        if after is None or (after.project_id, after.iid) in seen:
            return Successor(current, dead_end=True)
        current = after
        seen.add((after.project_id, after.iid))
    return Successor(current)


def replaced_as(issue: GitLabIssue) -> Replaced | None:
    """How another issue took its place, as GitLab says."""
    if issue.state != "closed":
        return None
    if issue.duplicated_to:
        return "duplicate"
    return "moved" if issue.moved_to_id is not None else None


def _next(issue: GitLabIssue, gitlab: GitLabClient) -> GitLabIssue | None:
    try:
        to = issue.duplicated_to
        if to is None and issue.moved_to_id is not None:
            to = gitlab.moved_to(issue.project_id, issue.iid, issue.moved_to_id)
        return gitlab.issue(to.project_id, to.iid) if to else None
    except NotFound:
        return None
