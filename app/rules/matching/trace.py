"""What one route said of a ticket."""

from dataclasses import dataclass

from app.rules.conditions.context import TextPiece


@dataclass(frozen=True, slots=True)
class RouteTrace:
    """What one route said of a ticket, and why."""

    index: int
    route: str
    archetype: str
    matched: bool
    error: str | None
    path: str
    """Of the deciding condition in the YAML."""
    line: int
    detail: str
    text: str
    """The piece of the ticket that made it so, as it was written."""
    piece: TextPiece | None
    """Where that stands."""
    match_score: float
    """Share of the top conditions that held."""
    shadow: bool
