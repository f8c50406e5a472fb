"""News for tickets does not wait before new tickets: it is throttled, and from some number on goes in bulk jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.records.records import Records
from app.work.messages import EnqueueTickets, IssueNews, TriageTicket
from app.work.updates.changes import TicketNews
from app.work.updates.workflow import notify
from tests.support.fakes import NOW, FakeEngine, dependencies

NEWS = IssueNews(sentences=("It is closed.",), reason="done")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")


def notified(records: Records, tickets: int) -> list[TriageTicket]:
    engine = FakeEngine()
    deps = dependencies(records, engine=engine)
    notify(deps, "gl:1", [TicketNews(ticket_id=one, news=NEWS) for one in range(tickets)], NOW)
    messages = [work.message for work in engine.works]
    assert all(isinstance(message, EnqueueTickets) for message in messages)
    return [ticket for message in messages if isinstance(message, EnqueueTickets) for ticket in message.tickets]


def test_news_for_few_tickets_are_handed_on_a_few_at_a_time(records: Records) -> None:
    tickets = notified(records, 5)
    assert [one.key for one in tickets] == [f"gl:1:notify:{one}" for one in range(5)]
    assert all(one.bulk and isinstance(one.cause, IssueNews) and not one.cause.in_bulk for one in tickets)


def test_news_for_many_tickets_go_to_zendesk_in_bulk_jobs(records: Records) -> None:
    tickets = notified(records, 250)
    assert len(tickets) == 250
    assert all(isinstance(one.cause, IssueNews) and one.cause.in_bulk for one in tickets)
