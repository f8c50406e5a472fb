"""What a ticket has to be told of its issue: the difference between what it was told and what is. Pure.

States are compared, not events: a delivery that was lost, came twice or late leads to the same news, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.rules.schema.base import ClosingConfig, OnClosingConfig
from integrations.gitlab.issues import Issue

Reason = Literal["done", "not_planned", "duplicate", "moved", "reopened"]

_CLOSED_AS: dict[Reason, str] = {
    "done": "was closed as done",
    "not_planned": "was closed and will not be worked on",
    "duplicate": "was closed as a duplicate of another",
    "moved": "was moved to another project",
}


@dataclass(frozen=True, slots=True)
class News:
    sentences: tuple[str, ...]
    reason: Reason | None
    """What in `closing:` says what follows; None: nothing but a note."""
    state: str
    """Of the issue, once the ticket is told."""
    told: dict[str, Any]


def news_of(
    issue: Issue, *, state: str, told: Mapping[str, Any], closing: ClosingConfig, before: str = ""
) -> News | None:
    """None when the ticket knows all there is.

    `state`, `told`: what the ticket was told before; `before`: a sentence to begin with.
    """
    reason: Reason | None = None
    name = issue.reference or f"#{issue.iid}"
    sentences = [before] if before else []
    if issue.state == "closed" and state == "opened":
        reason = closed_as(issue, closing)
        sentences.append(f"The issue {name} {_CLOSED_AS[reason]}.")
    elif issue.state == "opened" and state == "closed":
        reason = "reopened"
        sentences.append(f"The issue {name} was opened again.")
    knows = known_at_first(issue.labels, issue.milestone, closing)
    new = [label for label in knows["labels"] if label not in told.get("labels", ())]
    if new:
        sentences.append(f"The issue {name} got the label {', '.join(new)}.")
    if closing.milestones and issue.milestone and issue.milestone != told.get("milestone", ""):
        sentences.append(f"The issue {name} is planned for the milestone {issue.milestone}.")
    return News(tuple(sentences), reason, issue.state, {**told, **knows}) if sentences else None


def closed_as(issue: Issue, closing: ClosingConfig) -> Reason:
    """Why it was closed: GitLab names the issue that takes its place; for the rest there are only labels."""
    if issue.duplicated_to:
        return "duplicate"
    if issue.moved_to_id is not None:
        return "moved"
    return "not_planned" if set(issue.labels) & set(closing.not_planned_labels) else "done"


def follows(reason: Reason | None, closing: ClosingConfig) -> OnClosingConfig | None:
    """What routing.yaml says about it."""
    on: OnClosingConfig | None = getattr(closing, reason) if reason else None
    return on


def known_at_first(labels: Sequence[str], milestone: str, closing: ClosingConfig) -> dict[str, Any]:
    """What a ticket need not be told that is linked now: what the issue has already."""
    return {"labels": [label for label in labels if label in closing.labels], "milestone": milestone}
