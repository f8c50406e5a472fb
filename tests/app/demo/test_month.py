"""The month of sample data: always the same, marked, and with something for each page of the desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo import month
from app.demo.month import MARK, SampleMonth
from app.records.decision_list import DecisionFilter, ListedDecision
from app.records.records import Records
from app.triage.language import Language
from app.work.messages import MESSAGES
from tests.support.shipped import SHIPPED

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def english(_text: str) -> Language:
    return Language("en", "a test says so")


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setattr(month, "TICKETS_A_DAY", 6)
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield records
    records.close()


def filled(records: Records) -> list[ListedDecision]:
    numbers = SampleMonth(records, SHIPPED, english, NOW).fill()
    rows = records.decision_list.page(DecisionFilter(), limit=200).rows
    assert [row.ticket_id for row in rows] == list(numbers)[::-1]
    return list(rows)


def test_each_page_of_the_desk_has_something_to_show(records: Records) -> None:
    rows = filled(records)
    assert len(rows) > 100
    deciders = Counter(row.decided_by.partition(":")[0] for row in rows)
    assert deciders.keys() >= {"route", "model", "none"}
    assert any(row.corrected for row in rows)
    assert all(row.decided_at < NOW.isoformat() for row in rows)
    assert rows[-1].decided_at < (NOW - timedelta(days=25)).isoformat()
    newest = records.decisions.by_run(rows[0].run_id)
    assert newest
    assert MARK in newest.ticket["tags"]
    assert records.calls.of_ticket(rows[0].ticket_id)
    answers = records.first_answers.of([row.ticket_id for row in rows])
    assert {one.answered_by for one in answers.values()} == {"person", "us", ""}
    assert any(one.is_open for one in answers.values())
    assert all(
        one.answered_at is None or one.created_at <= one.answered_at <= NOW.isoformat() for one in answers.values()
    )
    assert {one.state for one in records.failures.newest(limit=50, state=None)} == {"open", "ignored", "retried"}
    for failure in records.failures.newest(limit=50, state=None):
        assert MESSAGES.validate_python(failure.payload).run_id == failure.key
    assert {one.what for one in records.audit.newest()} >= {"pause", "resume", "link", "retry", "ignore"}


def test_it_is_the_same_each_time(records: Records, tmp_path: Path) -> None:
    other = Records.open(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        assert filled(other) == filled(records)
        assert other.first_answers.waiting() == records.first_answers.waiting()
    finally:
        other.close()
