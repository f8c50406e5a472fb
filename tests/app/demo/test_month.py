"""The month of sample data: always the same, marked, and with something for each page of the desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from app.demo import month
from app.demo.month import SampleMonth
from app.demo.month_issues import PROJECT, SampleIssue
from app.demo.month_work import MARK
from app.feeds.mention import Mention
from app.model.training.labelled import LabelledTicket
from app.records.decision_list import DecisionFilter, ListedDecision
from app.records.decisions import FOLLOWING
from app.records.records import Records
from app.triage.language import Language
from app.work.messages import MESSAGES
from tests.support.shipped import SHIPPED

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def english(_text: str) -> Language:
    return Language("en", "a test says so")


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setattr(month, "TICKETS_A_DAY", 7)
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield records
    records.close()


def filled(records: Records, in_zendesk: list[int] | None = None) -> list[ListedDecision]:
    """`in_zendesk`: takes the numbers of the tickets that are there."""
    iids = count(1)

    def open_issue(_title: str, _state: str) -> SampleIssue:
        iid = next(iids)
        return SampleIssue(7, iid, f"https://gitlab.example.org/{PROJECT}/-/work_items/{iid}")

    def keep_ticket(number: int, _text: LabelledTicket, _moment: datetime) -> None:
        if in_zendesk is not None:
            in_zendesk.append(number)

    numbers = SampleMonth(records, SHIPPED, english, NOW, open_issue, keep_ticket).fill()
    every = records.decision_list.page(DecisionFilter(), limit=300).rows
    assert [row.decided_at for row in every] == sorted((row.decided_at for row in every), reverse=True)
    rows = [row for row in every if row.event not in FOLLOWING]
    assert [row.ticket_id for row in rows] == list(numbers)[::-1]
    return list(rows)


def test_each_page_of_the_desk_has_something_to_show(records: Records) -> None:
    rows = filled(records)
    assert len(rows) > 100
    deciders = Counter(row.decided_by.partition(":")[0] for row in rows)
    assert deciders.keys() >= {"route", "model", "none"}
    assert {row.decided_by.partition(":")[0] for row in rows if row.corrected} >= {"route", "model"}
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
    assert {one.what for one in records.audit.newest()} >= {"pause", "resume", "link", "retry", "ignore"}


def test_what_failed_is_as_the_tables_have_it_and_can_be_retried(records: Records) -> None:
    in_zendesk: list[int] = []
    states = {row.ticket_id: row.state for row in filled(records, in_zendesk)}
    failures = records.failures.newest(limit=50, state=None)
    assert Counter(one.state for one in failures) == {"open": 8, "ignored": 1, "retried": 2}
    assert all("(sample data)" in one.message for one in failures)
    assert max(one.count for one in records.failures.causes()) == 3
    held = [one for one in failures if one.payload is not None]
    assert sorted(in_zendesk) == sorted(one.ticket_id or 0 for one in held)
    tries = records.attempts.of([one.key for one in held])
    for failure in held:
        assert MESSAGES.validate_python(failure.payload).run_id == failure.key
        assert states[failure.ticket_id or 0] == ("done" if failure.state == "retried" else "failed")
        assert len(tries[failure.key]) == failure.attempts
        assert tries[failure.key][-1].at == failure.failed_at < NOW.isoformat()
    assert records.corrections.of_ticket(held[0].ticket_id or 0) == []
    dealt_with = {one.about for one in records.audit.newest() if one.what in {"ignore", "retry"}}
    assert dealt_with == {f"failure {one.id}" for one in failures if one.state != "open"}


def test_gitlab_was_away_for_a_while_and_is_back(records: Records) -> None:
    filled(records)
    (circuit,) = records.circuits.all().values()
    assert (circuit.service, circuit.state) == ("gitlab", "closed")
    assert circuit.opened < circuit.at < NOW.timestamp()


def test_it_is_the_same_each_time(records: Records, tmp_path: Path) -> None:
    other = Records.open(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        assert filled(other) == filled(records)
        assert other.first_answers.waiting() == records.first_answers.waiting()
    finally:
        other.close()


def test_tickets_have_issues_and_were_told_what_became_of_them(records: Records) -> None:
    numbers = [row.ticket_id for row in filled(records)]
    links = [link for number in numbers for link in records.links.of_ticket(number)]
    assert {link.state for link in links} == {"opened", "closed"}
    assert {link.how for link in links} == {"opened", "linked"}
    closed = {link.ticket_id for link in links if link.state == "closed" and link.how == "opened"}
    told = {
        one.ticket_id: one.summary
        for number in numbers
        for one in records.decisions.of_ticket(number)
        if one.event == "issue_changed"
    }
    assert told.keys() == closed
    assert all(PROJECT in summary for summary in told.values())
    (paused,) = [link for link in links if link.following == "paused"]
    assert paused.iid
    assert records.audit.newest(about=f"ticket {paused.ticket_id}")[0].what == "link"
    assert records.tracked_issues.of(paused.project_id, [paused.iid])[paused.iid].title


def test_feeds_brought_some_of_it_and_more_that_became_no_ticket(records: Records) -> None:
    rows = filled(records)
    mentions = records.mentions.newest(limit=100)
    assert {one.state for one in mentions} == {"created", "left_out", "gone"}
    assert {one.ticket_id for one in mentions if one.ticket_id} <= {row.ticket_id for row in rows}
    assert {one.source for one in mentions} > {"hackernews", "forum"}
    for one in mentions:
        assert one.state == "gone" or Mention.model_validate(one.mention).id == one.native_id
