"""What was decided about a ticket, by what, and why; and why nothing else was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from app.rules.schema.base import Mode

ARCHETYPE_TAG = "archetype__"
CONFIDENCE_TAG = "confidence__"
ABSTAINED_TAG = "needs_triage"
DONE_TAG = "pointsman_done"
LINKED_TAG = "issue_linked"

OWN_TAGS = frozenset({ABSTAINED_TAG, DONE_TAG, LINKED_TAG})


def is_our_tag(tag: str) -> bool:
    """One that says what was decided: who judges a ticket anew must not see it."""
    return tag in OWN_TAGS or tag.startswith((ARCHETYPE_TAG, CONFIDENCE_TAG))


Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What it might have been, for the person who decides."""

    archetype: str
    because: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`archetype` None: the service abstains, and a person decides among `candidates`."""

    archetype: str | None
    confidence: Confidence
    decided_by: str
    """`route:<name>`, `person`, `language`, `model`, `language_model` or `none`."""
    mode: Mode
    why: str
    """One sentence for the internal note."""
    probability: float | None = None
    """What the learned model gives it; None where something else decided."""
    tags: tuple[str, ...] = ()
    """Added by what decided, beside the archetype's own."""
    candidates: tuple[Candidate, ...] = ()
    trace: tuple[dict[str, Any], ...] = ()
    """One entry for each thing that was asked, in order: `{"asked", "matched", ...}`, plain JSON."""


@dataclass(frozen=True, slots=True)
class Previous:
    """What we decided about the same ticket before."""

    archetype: str | None
    tags: tuple[str, ...]
    """The tags that we added then."""
