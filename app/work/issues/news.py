"""The news of an issue for one ticket: the difference between what the ticket was told and what is. Pure.

States are compared, not events: a delivery that was lost, came twice or late leads to the same news, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.records.links import Link
from app.rules.schema.base import ClosingConfig, OnClosingConfig
from app.work.messages import KnownOfIssue, NewsReason
from integrations.gitlab.issues import GitLabIssue

_CLOSED_AS: dict[NewsReason, str] = {
    "done": "was closed as done",
    "not_planned": "was closed and will not be worked on",
    "duplicate": "was closed as a duplicate of another",
    "moved": "was moved to another project",
}


@dataclass(frozen=True, slots=True)
class News:
    sentences: tuple[str, ...]
    reason: NewsReason | None
    """What in `closing:` says what follows; None: nothing but a note."""
    state: str
    """Of the issue, once the ticket is told."""
    known: KnownOfIssue


def news_of(
    issue: GitLabIssue, *, state: str, known: KnownOfIssue, closing: ClosingConfig, before: str = ""
) -> News | None:
    """None when the ticket was told all there is.

    `state`, `known`: what the ticket was told before; `before`: a sentence to begin with.
    """
    reason: NewsReason | None = None
    name = issue.reference or f"#{issue.iid}"
    sentences = [before] if before else []
    if issue.state == "closed" and state == "opened":
        reason = closed_as(issue, closing)
        sentences.append(f"The issue {name} {_CLOSED_AS[reason]}.")
    elif issue.state == "opened" and state == "closed":
        reason = "reopened"
        sentences.append(f"The issue {name} was opened again.")
    now = known_at_first(issue.labels, issue.milestone, closing, public=known.public)
    new = [label for label in now.labels if label not in known.labels]
    if new:
        sentences.append(f"The issue {name} got the label {', '.join(new)}.")
    if closing.milestones and issue.milestone and issue.milestone != known.milestone:
        sentences.append(f"The issue {name} is planned for the milestone {issue.milestone}.")
    return News(tuple(sentences), reason, issue.state, now) if sentences else None


def closed_as(issue: GitLabIssue, closing: ClosingConfig) -> NewsReason:
    """Why it was closed: GitLab names the issue that takes its place; for the rest there are only labels."""
    if issue.duplicated_to:
        return "duplicate"
    if issue.moved_to_id is not None:
        return "moved"
    return "not_planned" if set(issue.labels) & set(closing.not_planned_labels) else "done"


def on_closing(reason: NewsReason | None, closing: ClosingConfig) -> OnClosingConfig | None:
    """What routing.yaml says about it."""
    on: OnClosingConfig | None = getattr(closing, reason) if reason else None
    return on


def known_at_first(
    labels: Sequence[str], milestone: str, closing: ClosingConfig, *, public: bool | None = None
) -> KnownOfIssue:
    """What a ticket that is linked now need not be told: what the issue has already."""
    shown = tuple(label for label in labels if label in closing.labels)
    return KnownOfIssue(labels=shown, milestone=milestone, public=public)


def known_of(link: Link) -> KnownOfIssue:
    """What the link's ticket was told so far."""
    return KnownOfIssue.model_validate(link.notified)
