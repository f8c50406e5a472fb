"""Collections of texts, on both databases: replaced, searched, forgotten, each by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.records.records import Records
from app.records.searched_texts import DOCUMENTATION, SearchedText

EARLY, LATE = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def text(collection: str, number: int, title: str = "t", at: str = EARLY) -> SearchedText:
    return SearchedText(collection, number, title, "text", f"https://example.org/{number}", at, at)


def titles(records: Records, collection: str, *numbers: int) -> dict[int, str]:
    return {number: one.title for number, one in records.searched_texts.of(collection, numbers).items()}


def test_a_collection_is_replaced_and_the_others_stay(records: Records) -> None:
    texts = records.searched_texts
    texts.save([text("tickets:forum:public", 1), text("tickets:forum:public", 2, at=LATE)])
    texts.replace(DOCUMENTATION, [text(DOCUMENTATION, number) for number in range(250)])
    vectors = [(row, b"v") for row in texts.of(DOCUMENTATION, [1, 2]).values()]
    texts.add_vectors("encoder", vectors, now=LATE)
    texts.replace(DOCUMENTATION, [text(DOCUMENTATION, 1), text(DOCUMENTATION, 2, "new"), text(DOCUMENTATION, 3)])
    assert titles(records, DOCUMENTATION, *range(5)) == {1: "t", 2: "new", 3: "t"}
    assert {row.number: row.vector for row in texts.of(DOCUMENTATION, [1, 2]).values()} == {1: b"v", 2: None}
    assert titles(records, "tickets:forum:public", 1, 2) == {1: "t", 2: "t"}
    assert len(texts.keys()) == texts.count() == 5


def test_tickets_are_forgotten_by_number_or_age_and_sections_are_not(records: Records) -> None:
    texts = records.searched_texts
    texts.save([text(DOCUMENTATION, 1), *(text("tickets:forum:public", number) for number in (1, 2, 3))])
    texts.save([replace(text("tickets:email:private", 4), updated_at=LATE)])
    texts.forget_ticket(1)
    assert texts.prune_tickets(LATE, limit=1) == 1
    assert texts.prune_tickets(LATE, limit=9) == 1
    assert texts.prune_tickets(LATE, limit=9) == 0
    assert titles(records, DOCUMENTATION, 1) == {1: "t"}
    assert titles(records, "tickets:email:private", 4) == {4: "t"}


def test_what_was_written_since_is_read_in_batches(records: Records) -> None:
    texts = records.searched_texts
    texts.save([text(DOCUMENTATION, number, at=EARLY if number < 3 else LATE) for number in range(7)])
    assert [[one.number for one in batch] for batch in texts.changed_since(LATE, batch=3)] == [[3, 4, 5], [6]]
    assert sum(len(batch) for batch in texts.changed_since("", batch=3)) == 7
