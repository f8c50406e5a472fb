"""What was decided about a ticket, by what, and why; and why nothing else was."""

from dataclasses import dataclass
from typing import Any, Literal

from app.rules.schema.base import Mode

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
    """`route:<name>`, `person`, `source` (the post is gone), `language`, `model`, `language_model` or `none`."""
    mode: Mode
    why: str
    """One sentence for the internal note."""
    probability: float | None = None
    """What the learned model gives it; None where something else decided."""
    tags: tuple[str, ...] = ()
    """Added by what decided, beside the archetype's own."""
    candidates: tuple[Candidate, ...] = ()
    macro: str = ""
    """The reply, instead of the archetype's own: one in the author's language."""
    trace: tuple[dict[str, Any], ...] = ()
    """One entry for each thing that was asked, in order: `{"asked", "matched", ...}`, plain JSON."""


@dataclass(frozen=True, slots=True)
class Previous:
    """What we decided about the same ticket before."""

    archetype: str | None
    tags: tuple[str, ...]
    """The tags that we added then."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose for the ticket elsewhere than in its tags."""

    archetype: str
    by: str


def spoken(archetype: str) -> str:
    """`bug_report` is "bug report"."""
    return archetype.replace("_", " ")
