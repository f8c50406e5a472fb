"""Bulk work on tickets is handed to the queue as it has room: also when there is none for hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.records.records import Records
from app.work.jobs.backpressure import MOST_IDLE_SECONDS, ROOM, enqueue, throttled
from app.work.messages import EnqueueTickets, TicketChanged, TriageTicket, Work
from tests.support.fakes import NOW, FakeEngine, dependencies

LOOKS = 500


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")


def queued(records: Records, waiting: int, work: Work) -> list[Work]:
    """What that piece of work queues, with so much in the tickets' queue."""
    engine = FakeEngine(waiting_tickets=waiting)
    assert isinstance(work.message, EnqueueTickets)
    enqueue(dependencies(records, engine=engine), work.message)
    return engine.works


def bulk_work(number: int) -> Work:
    changed = TicketChanged(event="ticket.updated")
    tickets = [TriageTicket(key=f"run:{one}", accepted_at=NOW, ticket_id=one, cause=changed) for one in range(number)]
    (work,) = throttled("run", tickets, NOW)
    return work


def is_rest(work: Work) -> bool:
    return isinstance(work.message, EnqueueTickets)


def test_each_is_queued_once_and_in_order_around_a_queue_that_is_full_for_long(records: Records) -> None:
    keys: list[str] = []
    work, looks = bulk_work(50), 0
    while True:
        waiting = 5 if looks % 3 == 2 else ROOM * looks
        *tickets, last = queued(records, waiting, work)
        assert len(tickets) + (not is_rest(last)) <= max(0, ROOM - waiting)
        looks += 1
        keys += [one.message.key for one in (*tickets, *([] if is_rest(last) else [last]))]
        if not is_rest(last):
            break
        assert last.message.work_id != work.message.work_id
        work = last
    assert keys == [f"run:{one}" for one in range(50)]
    assert all(one.message.bulk for one in (*tickets, last))


def test_work_that_looked_for_a_day_has_a_short_id_of_its_own(records: Records) -> None:
    work, ids = bulk_work(3), set[str]()
    for _ in range(LOOKS):
        (work,) = queued(records, 500, work)
        ids.add(work.message.work_id)
    assert len(ids) == LOOKS, "each look is other work"
    assert max(map(len, ids)) < 32
    assert work.message.run_id == bulk_work(3).message.run_id, "and all are one run"
    assert [one.message.key for one in queued(records, 0, work)] == ["run:0", "run:1", "run:2"]


def seconds_between_looks(records: Records, waiting: int) -> list[float]:
    work, seconds = bulk_work(3), list[float]()
    for _ in range(9):
        (work,) = queued(records, waiting, work)
        seconds.append(work.delay)
    return seconds


def test_without_room_it_looks_less_and_less_often(records: Records) -> None:
    short = [2, 4, 8, 8, 8, 8, 8, 8, 8]
    assert seconds_between_looks(records, ROOM) == short, "a short backlog is soon worked off"
    assert seconds_between_looks(records, 20 * ROOM) == [2, 4, 8, 16, 20, 20, 20, 20, 20]
    assert seconds_between_looks(records, 50_000) == [2, 4, 8, 16, 32, MOST_IDLE_SECONDS, 60, 60, 60]


def test_once_there_was_room_it_looks_often_again(records: Records) -> None:
    work = bulk_work(50)
    for _ in range(5):
        (work,) = queued(records, 50_000, work)
    *tickets, work = queued(records, ROOM - 1, work)
    assert (len(tickets), work.delay) == (1, 1)
    (work,) = queued(records, ROOM, work)
    assert work.delay == 2
