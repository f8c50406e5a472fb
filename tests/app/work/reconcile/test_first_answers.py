"""When a ticket was first answered, and by whom: from Zendesk's clocks, and from what we did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from app.records.decisions import ActedDecision, Decision
from app.records.first_answers import FirstAnswer
from app.records.records import Records
from app.work.reconcile.first_answers import POSITION, FirstAnswerSync, merge
from integrations.errors import Refused
from integrations.zendesk.metric_events import MetricEvent, MetricEventPage, MetricKind
from tests.support.fakes import NOW, FakeEngine, dependencies

BEGAN = datetime(2026, 1, 1, 8, tzinfo=UTC)


def at(minutes: float) -> str:
    return (BEGAN + timedelta(minutes=minutes)).isoformat()


def event(kind: MetricKind, minutes: float, ticket: int = 1) -> MetricEvent:
    return MetricEvent(ticket, kind, BEGAN + timedelta(minutes=minutes))


def did(kind: str, detail: str, minutes: float, *, event: str = "created", channel: str = "twitter") -> ActedDecision:
    action = {"kind": kind, "state": "done", "detail": detail}
    return ActedDecision(1, event, channel, at(minutes), (action,))


CREATED, ANSWERED, SOLVED = event("created", 0), event("answered", 30), event("solved", 50)
NOTED = did("note", "", 0.1)


@pytest.mark.parametrize(
    ("events", "acted", "answered", "by"),
    [
        ([CREATED], [NOTED], None, ""),
        ([CREATED, ANSWERED], [], at(30), "person"),
        ([CREATED, ANSWERED], [did("reply", "suggested thanks", 0.1)], at(30), "person"),
        ([CREATED, ANSWERED], [did("reply", "sent thanks", 29.9)], at(30), "us"),
        ([CREATED, ANSWERED], [did("reply", "sent thanks", 45)], at(30), "person"),
        ([CREATED, SOLVED], [NOTED], None, ""),
        ([CREATED, SOLVED], [did("note", "", 0.1, channel="forum")], at(50), "person"),
        ([CREATED, SOLVED], [did("status", "solved", 50, channel="forum")], None, ""),
        ([CREATED, SOLVED], [did("status", "solved", 50, event="answered", channel="forum")], at(50), "person"),
        ([CREATED, ANSWERED, SOLVED], [did("note", "", 0.1, channel="forum")], at(30), "person"),
    ],
)
def test_who_answered_first_and_when(
    events: list[MetricEvent], acted: list[ActedDecision], answered: str | None, by: str
) -> None:
    for order in permutations(events):
        row = merge(None, order, acted, {"forum"})
        assert row is not None
        assert (row.created_at, row.answered_at, row.answered_by) == (at(0), answered, by)
        assert row.is_open == (answered is None and SOLVED not in events)
        assert merge(row, order, acted, {"forum"}) == row, "the same events again change nothing"


def test_events_that_come_one_by_one_come_to_the_same() -> None:
    whole = merge(None, [CREATED, ANSWERED, SOLVED], [], ())
    row = None
    for one in (CREATED, SOLVED, ANSWERED, event("answered", 40), event("solved", 90)):
        row = merge(row, [one], [], ())
    assert row == whole


def test_a_ticket_from_before_the_first_look_is_left_out() -> None:
    assert merge(None, [ANSWERED, SOLVED], [], ()) is None


class Zendesk:
    """Serves pages by the second that they begin at."""

    def __init__(self, pages: dict[int, MetricEventPage]) -> None:
        self.pages = pages
        self.asked: list[int] = []

    def metric_events(self, start: int) -> MetricEventPage:
        self.asked.append(start)
        return self.pages.get(start, MetricEventPage((), start, is_last=True))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield records
    records.close()


def decided(records: Records, ticket: int, **values: Any) -> None:
    row = Decision(
        run_id=f"run-{ticket}", ticket_id=ticket, event="created", state="done", summary="", decided_at=at(0)
    )
    records.decisions.save(replace(row, **values))


def test_it_goes_on_where_it_ended_and_knows_the_channel(records: Records) -> None:
    decided(records, 1, channel="forum")
    first, second = int((NOW - timedelta(days=30)).timestamp()), int(BEGAN.timestamp())
    zendesk = Zendesk(
        {
            first: MetricEventPage((CREATED, event("created", 1, ticket=2)), second, is_last=False),
            second: MetricEventPage((SOLVED,), second + 60, is_last=True),
        }
    )
    sync = FirstAnswerSync(dependencies(records, zendesk=zendesk, engine=FakeEngine()))
    assert sync.sync().tickets == 3
    assert zendesk.asked == [first, second]
    assert records.first_answers.of([1, 2, 3]) == {
        1: FirstAnswer(
            ticket_id=1, channel="forum", created_at=at(0), answered_at=at(50), answered_by="person", solved_at=at(50)
        ),
        2: FirstAnswer(ticket_id=2, channel="", created_at=at(1)),
    }
    assert [one.ticket_id for one in records.first_answers.waiting()] == [2]
    assert sync.sync().tickets == 0
    assert zendesk.asked[2:] == [second + 60]


class RefusingZendesk(Zendesk):
    def metric_events(self, start: int) -> MetricEventPage:
        raise Refused("zendesk", "for administrators only")


def test_an_agent_who_is_no_administrator_is_no_failure(records: Records) -> None:
    sync = FirstAnswerSync(dependencies(records, zendesk=RefusingZendesk({}), engine=FakeEngine()))
    assert sync.sync().tickets == 0
    assert records.progress.of(POSITION) is None, "once it is one, it is read from the beginning"


def test_it_does_not_ask_for_the_last_minute(records: Records) -> None:
    now = int(NOW.timestamp())
    records.progress.reached(POSITION, str(now - 30), now=NOW.isoformat())
    zendesk = Zendesk({})
    FirstAnswerSync(dependencies(records, zendesk=zendesk, engine=FakeEngine())).sync()
    assert zendesk.asked == []
