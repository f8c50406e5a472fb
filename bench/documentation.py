"""Questions that tickets ask, in the sandbox's documentation: is the right page among the first three?

`documentation.txt` beside it has the questions; it was frozen before the search was written. Those of
`documentation_unseen.txt` and `documentation_asked.txt` are by people who had not seen the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.documentation.sections import PAGE_ENDS, DocSection, sections_of
from app.message.own_words import own_words
from app.message.subjects import read_subject
from app.model.encoder import Encoder, Encodes
from app.model.training.labelled import LabelledTicket, read_labelled, shipped_tickets
from app.similarity.index import IndexedText, SimilarityIndex
from app.similarity.vectors import vectors
from app.word_lists import lines_of
from integrations.sandbox.docs_archive import PAGES

NOTED = Path(__file__).with_suffix(".txt")
UNSEEN = Path(__file__).with_name("documentation_unseen.txt")
ASKED = Path(__file__).with_name("documentation_asked.txt")
UNSEEN_TICKETS = tuple(
    Path(__file__).parents[1] / "tests/app/model/training" / name for name in ("blind.jsonl", "near_misses.jsonl")
)
BARS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55)


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket, the pages that answer it, and what was found: pages with their scores, the best first."""

    ticket: LabelledTicket
    right: frozenset[str]
    found: tuple[tuple[str, float], ...]

    def is_right_among(self, first: int) -> bool:
        return any(page in self.right for page, _ in self.found[:first])

    def scores(self, bar: float) -> bool:
        return bool(self.found) and self.found[0][1] >= bar


def run(console: Console) -> None:
    answers = right_pages()
    questions = [one for one in shipped_tickets() if one.id in answers]
    others = [one for one in shipped_tickets() if one.gold == "general_question" and one.id not in answers]
    _measure(console, "of the shipped tickets", answers, [*questions, *others])
    answers = right_pages(UNSEEN)
    _measure(console, "that nobody tuned on", answers, [one for one in unseen_tickets() if one.id in answers])
    _measure(console, "of a stranger", right_pages(ASKED), read_labelled(ASKED.with_suffix(".jsonl")))


def _measure(
    console: Console, whose: str, answers: Mapping[str, frozenset[str]], tickets: Sequence[LabelledTicket]
) -> None:
    table = Table("searched by", "questions", "recall@1", "recall@3", title=f"The right page, questions {whose}")
    asked: list[Asked] = []
    for name, encoder in (("words", None), ("words and meaning", Encoder.installed())):
        search = DocumentationSearch(encoder)
        asked = [search.ask(one, answers) for one in tickets]
        answered = [one for one in asked if one.right]
        table.add_row(name, str(len(answered)), f"{recall(answered, 1):.3f}", f"{recall(answered, 3):.3f}")
    console.print(table)
    none = sum(not one.right for one in asked)
    table = Table("score from", "offered", "right", "silent, no page", title=f"The best section, questions {whose}")
    for bar in BARS:
        sure = [one for one in asked if one.scores(bar)]
        silent = sum(not one.right and not one.scores(bar) for one in asked)
        table.add_row(f"{bar:.2f}", str(len(sure)), f"{recall(sure, 1):.3f}", f"{silent} of {none}")
    console.print(table)


def right_pages(file: Path = NOTED) -> dict[str, frozenset[str]]:
    """By a ticket's id; none where no page answers it."""
    lines = (line.split() for line in lines_of(file))
    return {ticket: frozenset(pages) for ticket, *pages in lines}


def unseen_tickets() -> list[LabelledTicket]:
    return read_labelled(*UNSEEN_TICKETS)


def recall(asked: Sequence[Asked], first: int) -> float:
    return sum(one.is_right_among(first) for one in asked) / max(len(asked), 1)


class DocumentationSearch:
    def __init__(self, encoder: Encodes | None) -> None:
        self._encoder = encoder
        self._sections = list(_sections())
        texts = [(one.title, one.text) for one in self._sections]
        made = vectors(encoder, texts) if encoder else [None] * len(texts)
        self._index = SimilarityIndex()
        self._index.add_all(
            IndexedText(0, number, title, text, vector=vector)
            for number, ((title, text), vector) in enumerate(zip(texts, made, strict=True))
        )

    def ask(self, ticket: LabelledTicket, answers: Mapping[str, frozenset[str]]) -> Asked:
        words = own_words(read_subject(ticket.subject), ticket.body) or ticket.body
        body = self._index.without_boilerplate(words)
        vector = vectors(self._encoder, [(ticket.subject, body)])[0] if self._encoder else None
        near = self._index.search(ticket.subject, body, group=0, k=3, vector=vector)
        found = tuple((self._sections[one.key.number].page, one.score) for one in near)
        return Asked(ticket, answers.get(ticket.id, frozenset()), found)


def _sections() -> list[DocSection]:
    pages = sorted(path for path in PAGES.rglob("*") if path.name.endswith(PAGE_ENDS))
    return [one for path in pages for one in sections_of(path.relative_to(PAGES).as_posix(), path.read_bytes())]
