"""What a model learns from: a ticket, its right archetype, and how much it counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from app.message.message import read_message
from app.model.features import read
from app.model.training.labelled import LabelledTicket, shipped_tickets
from app.ticket import Ticket

ExampleSource = Literal["shipped", "correction", "solved"]

NEAR = 0.6
"""Share of the shorter text's groups of three words that the other has too, from which two tickets are one."""
COMMON = 50
"""Groups of three words in more tickets than this say nothing, and would make the search slow."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    ticket: Ticket
    """Its `channel` must be set: training knows no routing.yaml to recognise it by."""
    archetype: str
    source: ExampleSource
    weight: float = 1.0
    at: datetime | None = None
    """When it was labelled; None for shipped ones. Old and new are told apart by it."""
    also_ok: frozenset[str] = frozenset()

    @property
    def right(self) -> frozenset[str]:
        return self.also_ok | {self.archetype}

    @property
    def channel(self) -> str:
        return self.ticket.channel or ""

    @property
    def id(self) -> str:
        return str(self.ticket.id)

    def as_judged(self) -> Ticket:
        """With its author's own words alone, as the judge shows a ticket to the model."""
        return replace(self.ticket, body=read_message(self.ticket.subject, self.ticket.body).words)


def example_of(labelled: LabelledTicket) -> TrainingExample:
    return TrainingExample(labelled.ticket(), labelled.gold, "shipped", also_ok=frozenset(labelled.also_ok))


def shipped_examples() -> list[TrainingExample]:
    return [example_of(labelled) for labelled in shipped_tickets()]


def in_order(examples: Iterable[TrainingExample]) -> list[TrainingExample]:
    """The same order for the same examples, so that the same model comes of them."""
    return sorted(examples, key=lambda one: (one.source, one.id, one.archetype, one.ticket.subject, one.ticket.body))


def groups(examples: Sequence[TrainingExample]) -> list[int]:
    """A number for each example; near-identical ones, and those of one author, share a number.

    Cross-validation keeps a group on one side, else a model would be praised for what it has read before.
    """
    leader = list(range(len(examples)))

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for first, second in (*_same_author(examples), *_near_identical(examples)):
        low, high = sorted((find(first), find(second)))
        leader[high] = low
    return [find(one) for one in range(len(examples))]


def _same_author(examples: Sequence[TrainingExample]) -> Iterable[tuple[int, int]]:
    seen: dict[str, int] = {}
    for number, example in enumerate(examples):
        requester = example.ticket.requester
        for author in (requester.email.casefold(), requester.handle.casefold()):
            if author:
                yield seen.setdefault(author, number), number


def _near_identical(examples: Sequence[TrainingExample]) -> Iterable[tuple[int, int]]:
    texts = [_triples(read(f"{one.ticket.subject}\n{one.ticket.body}")) for one in examples]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, triples in enumerate(texts):
        for triple in triples:
            holders[triple].append(number)
    for number, triples in enumerate(texts):
        shared = Counter(
            other for triple in triples if len(holders[triple]) <= COMMON for other in holders[triple] if other < number
        )
        for other, times in shared.items():
            if times >= NEAR * min(len(triples), len(texts[other])):
                yield other, number


def _triples(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 3]) for start in range(max(1, len(words) - 2))}
