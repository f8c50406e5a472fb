"""The news of an issue for one ticket: the difference between what the ticket was told and what is. Pure.

States are compared, not events: a delivery that was lost, came twice or late leads to the same news, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.records.links import Link
from app.rules.schema.base import ClosingConfig, OnClosingConfig
from app.work.messages import KnownOfIssue, NewsReason
from integrations.gitlab.issues import GitLabIssue

GONE = "gone"
"""The state of a link whose issue was deleted, or is hidden from us."""
CLOSED_AS: dict[str, str] = {
    "done": "was closed as done",
    "unexplained": "was closed, and nothing says that it is done",
    "not_planned": "was closed and will not be worked on",
    "duplicate": "was closed as a duplicate of another",
    "moved": "was moved to another project",
    "gone": "cannot be followed any more",
    "incident_over": "is over",
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
    issue: GitLabIssue,
    *,
    state: str,
    known: KnownOfIssue,
    closing: ClosingConfig,
    closed_as: NewsReason = "unexplained",
    before: str = "",
) -> News | None:
    """None when the ticket was told all there is.

    `state`, `known`: what the ticket was told before; `closed_as`: why it was closed, if it is; `before`: a sentence to
    begin with.
    """
    reason: NewsReason | None = None
    name = issue.reference or f"#{issue.iid}"
    sentences = [before] if before else []
    if issue.state == "closed" and state in {"opened", GONE}:
        reason = closed_as
        what = "incident" if reason == "incident_over" else "issue"
        sentences.append(f"The {what} {name} {CLOSED_AS[reason]}.")
    elif issue.state == "opened" and state in {"closed", GONE}:
        reason = "reopened"
        sentences.append(f"The issue {name} {'was opened again' if state == 'closed' else 'is there again'}.")
    now = known_at_first(issue.labels, issue.milestone, closing, public=known.public)
    new = [label for label in now.labels if label not in known.labels]
    if new:
        sentences.append(f"The issue {name} got the label {', '.join(new)}.")
    if closing.milestones and issue.milestone and issue.milestone != known.milestone:
        sentences.append(f"The issue {name} is planned for the milestone {issue.milestone}.")
    return News(tuple(sentences), reason, issue.state, now) if sentences else None


def on_closing(reason: str | None, closing: ClosingConfig) -> OnClosingConfig | None:
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
