"""Labelled tickets in files of JSON lines: read, checked line by line, and turned into tickets."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from app.rules.schema.strict import Name, Strict
from app.ticket import Organization, Requester, Ticket
from app.word_lists import words

SHIPPED = Path(__file__).parents[1] / "tickets"

ARCHETYPES = words(
    """
    abuse_report bug_report customer_support escalation event_sponsorship feature_request general_question investment
    mention non_english political product_pitch security_report solved_by_user spam stability_complaint tweet_removed
    two_factor_reset
    """
)
"""The labels of shipped tickets; other people's files may name others."""


@dataclass(frozen=True, slots=True)
class BadLine:
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class BadTickets(ValueError):
    """All lines that cannot be used, not only the first."""

    reason = "bad_labelled_tickets"

    def __init__(self, lines: Iterable[BadLine]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(map(str, self.lines)))


class Writer(Strict):
    name: str = ""
    handle: Annotated[str, Field(min_length=1)] | None = None
    email: Annotated[str, Field(pattern=r"^\S+@\S+$")] | None = None


class LabelledTicket(Strict):
    """One line. `gold` is the label; `also_ok` are others that a careful colleague could defend."""

    id: Annotated[str, Field(min_length=1)]
    channel: Name
    subject: str = ""
    body: str
    requester: Writer = Writer()
    organization: Annotated[str, Field(min_length=1)] | None = None
    tags: tuple[str, ...] = ()
    public: bool | None = None
    gold: Name
    also_ok: tuple[Name, ...] = ()
    hard: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if self.gold in self.also_ok or len(set(self.also_ok)) != len(self.also_ok):
            raise ValueError("`also_ok` must name other labels than `gold`, each once")
        return self

    @property
    def right(self) -> frozenset[str]:
        return frozenset({self.gold, *self.also_ok})

    def ticket(self) -> Ticket:
        """As the service would have read it."""
        return Ticket(
            id=self.id,
            subject=self.subject,
            body=self.body,
            channel=self.channel,
            public=self.public,
            tags=self.tags,
            requester=Requester(
                name=self.requester.name, email=self.requester.email or "", handle=self.requester.handle or ""
            ),
            organization=Organization(name=self.organization) if self.organization else None,
        )


def read_labelled(*paths: Path) -> list[LabelledTicket]:
    """Files, or directories of `*.jsonl`, in the order of their names. Raises BadTickets; OSError if one is missing."""
    tickets: list[LabelledTicket] = []
    bad: list[BadLine] = []
    seen: dict[str, str] = {}
    for file in _files(paths):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                ticket = LabelledTicket.model_validate(json.loads(line))
            except json.JSONDecodeError as error:
                bad.append(BadLine(file.name, number, f"not JSON: {error.msg} at column {error.colno}"))
                continue
            except ValidationError as error:
                bad += [BadLine(file.name, number, _said(one["loc"], one["msg"])) for one in error.errors()]
                continue
            if ticket.id in seen:
                bad.append(BadLine(file.name, number, f"the id {ticket.id} is taken by {seen[ticket.id]}"))
                continue
            seen[ticket.id] = f"{file.name}:{number}"
            tickets.append(ticket)
    if bad:
        raise BadTickets(bad)
    return tickets


def shipped_tickets() -> list[LabelledTicket]:
    """The tickets that come with Pointsman, one archetype in each file. Raises BadTickets."""
    tickets = read_labelled(SHIPPED)
    strays: list[BadLine] = []
    for file in _files([SHIPPED]):
        inside = read_labelled(file)
        strays += [
            BadLine(file.name, number, f"{ticket.id} is labelled {', '.join(sorted(ticket.right))}")
            for number, ticket in enumerate(inside, start=1)
            if ticket.gold != file.stem or not ticket.right <= ARCHETYPES or not ticket.why
        ]
    if strays:
        raise BadTickets(strays)
    return tickets


def _files(paths: Iterable[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]


def _said(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(map(str, place))
    return f"{where}: {message}" if where else message
