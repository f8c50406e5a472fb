"""What conditions may ask about one ticket. Each fact is worked out once, when it is first needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Literal

from app.rules.accounts import addressed_accounts
from app.rules.channels import is_public, recognise_channel
from app.rules.folding import Folded
from app.rules.schema.base import ChannelConfig, TeamConfig
from app.rules.team import is_team_member
from app.ticket import Ticket

Part = Literal["subject", "body"]
_UNKNOWN_BEFORE: Final = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a ticket before its routes are asked."""

    language: str | None = None
    """ISO 639-1. None: undecided, or not yet detected."""


PlaceInBody = Callable[[int, int], tuple[int, int]]
"""Where a piece of the body stands in the body as it was read, of which conditions may see a part only."""


def same_place(start: int, end: int) -> tuple[int, int]:
    return start, end


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a term was found."""

    part: Part
    span: tuple[int, int] | None
    """In the folded text. None for a pattern: its place is looked up when a trace shows it."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of the ticket's text, as it was read."""

    part: Part
    start: int
    end: int


@dataclass
class Context:
    """One ticket and what the conditions ask about it."""

    ticket: Ticket
    facts: Facts
    now: datetime
    channels: Mapping[str, ChannelConfig]
    team: TeamConfig
    hits: dict[int, list[Hit]] = field(default_factory=dict)
    """By term: where it occurs, at most once in each part."""
    place_in_body: PlaceInBody = same_place

    @cached_property
    def subject(self) -> Folded:
        return Folded(self.ticket.subject)

    @cached_property
    def body(self) -> Folded:
        return Folded(self.ticket.body)

    def part(self, part: Part) -> Folded:
        return self.subject if part == "subject" else self.body

    @cached_property
    def channel(self) -> str:
        return recognise_channel(self.channels, self.ticket)

    @cached_property
    def public(self) -> bool:
        return is_public(self.channels.get(self.channel), self.ticket)

    @cached_property
    def team_member(self) -> bool:
        return is_team_member(self.team, self.ticket.requester, self.ticket.organization)

    @cached_property
    def handles(self) -> frozenset[str]:
        return addressed_accounts(self.ticket)

    @cached_property
    def words(self) -> int:
        """The number of words in the body; handles and links do not count."""
        return sum(
            1
            for word in self.ticket.body.split()
            if not word.startswith("@") and "://" not in word and any(map(str.isalnum, word))
        )

    @cached_property
    def moment(self) -> datetime:
        """When it was written: a new ticket says it, for anything later it is now."""
        created = self.ticket.created_at
        known = created.tzinfo is not None and created > _UNKNOWN_BEFORE
        return created if self.ticket.event == "created" and known else self.now
