"""Tickets that waited before the service came are judged, page by page, each once, as suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.records.decisions import Decision
from app.records.records import Records
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.backfill_state import BackfillState, BackfillStates
from app.work.messages import BackfillTickets, EnqueueTickets, TriageTicket
from app.work.reconcile.backfill_tickets import TicketBackfill
from integrations.errors import Unavailable
from integrations.zendesk.snapshots import ChangePage
from tests.support.fakes import NOW, Clock, FakeEngine, FakeZendesk, dependencies

PER_PAGE = 2


class Export(FakeZendesk):
    down = False

    def changes(self, *, cursor: str = "", start: datetime | None = None) -> ChangePage:
        assert bool(cursor) != bool(start), "the first page has a start, the others a cursor"
        if self.down:
            raise Unavailable("zendesk", "down")
        at = int(cursor or 0)
        tickets = tuple(self.tickets.values())
        end = at + PER_PAGE >= len(tickets)
        return ChangePage(tickets[at : at + PER_PAGE], (), str(at + PER_PAGE), end)


@dataclass
class Filling:
    job: TicketBackfill
    zendesk: Export
    engine: FakeEngine
    records: Records

    def run(self, message: BackfillTickets | None) -> list[TriageTicket]:
        judged: list[TriageTicket] = []
        while message:
            self.engine.works.clear()
            self.job.run(message)
            queued = [work.message for work in self.engine.works]
            judged += [one for work in queued if isinstance(work, EnqueueTickets) for one in work.tickets]
            message = next((one for one in queued if isinstance(one, BackfillTickets)), None)
        return judged

    def asked(self, left: int = 100, **more: Any) -> BackfillTickets:
        return BackfillTickets(key="", accepted_at=NOW, since=NOW, left=left, **more).keyed()

    def state(self, message: BackfillTickets) -> BackfillState:
        state = BackfillStates(self.records.progress).of(message)
        assert state
        return state


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[Filling]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine = Clock(), FakeEngine()
    zendesk = Export(clock)
    deps = dependencies(records, zendesk=zendesk, engine=engine, clock=clock)
    yield Filling(TicketBackfill(deps, DecisionLog(deps)), zendesk, engine, records)
    records.close()


def test_what_waits_is_judged_and_the_rest_is_counted(filling: Filling) -> None:
    for more in ({}, {"status": "solved"}, {"tags": ("pointsman_done",)}, {"status": "pending"}, {}):
        filling.zendesk.add(**more)
    at = NOW.isoformat()
    filling.records.decisions.save(Decision.without_verdict("pm5", 5, "created", "done", "x", now=at, finished_at=at))
    asked = filling.asked()
    judged = filling.run(asked)
    assert [one.ticket_id for one in judged] == [1, 4]
    assert {(one.mode, one.bulk, one.event) for one in judged} == {("suggest", True, "ticket.created")}
    state = filling.state(asked)
    assert (state.state, state.read, state.tickets) == ("ended", 5, 2)
    assert state.left_out == {"solved, closed or deleted": 1, "triaged before": 2}


def test_the_limit_ends_a_run_and_the_next_one_goes_on(filling: Filling) -> None:
    for _ in range(5):
        filling.zendesk.add()
    first = filling.asked(left=3)
    assert [one.ticket_id for one in filling.run(first)] == [1, 2, 3]
    state = filling.state(first)
    assert (state.state, state.before) == ("limit", "2")
    following = filling.run(filling.asked(run=2, before=state.before))
    assert [one.ticket_id for one in following] == [3, 4, 5]
    assert following[0].key == f"{first.name}:3", "known work is not done twice"


def test_an_export_that_does_not_answer_is_waited_for(filling: Filling) -> None:
    filling.zendesk.down = True
    asked = filling.asked()
    filling.job.run(asked)
    assert (filling.state(asked).state, filling.state(asked).why) == ("reading", "zendesk: down")
    assert [work.message.attempt for work in filling.engine.works] == [2]
