"""The caps of an hour, which several workers use up: never more than so many, and few questions while there is room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app.records.database import Along
from app.records.records import Records
from app.work.limits.caps import COUNTED_FOR, NEARLY, HourlyCaps
from tests.support.fakes import NOW, Clock

CAP = NEARLY + 3
HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Worker:
    """What it defers is written when `commit` is called."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self.records = records
        self.waiting: list[Along] = []
        self.caps = HourlyCaps(records.capped_actions, clock, self.waiting.append)

    def allowed(self, run_id: str, cap: int = CAP) -> bool:
        return self.caps._allowed(run_id, "reply", "mention", cap)

    def commit(self) -> list[object]:
        with self.records.engine.begin() as connection:
            answers = [write(connection) for write in self.waiting]
        self.waiting.clear()
        return answers


@pytest.fixture
def workers(database_url: str) -> Iterator[tuple[Worker, Worker, Clock]]:
    records, clock = Records.open(database_url), Clock(NOW)
    yield Worker(records, clock), Worker(records, clock), clock
    records.close()


def taken(worker: Worker, now: datetime) -> int:
    return worker.records.capped_actions.count("reply", "mention", since=(now - HOUR).isoformat())


def test_while_there_is_room_a_row_waits_and_near_the_cap_it_is_taken_at_once(
    workers: tuple[Worker, Worker, Clock],
) -> None:
    one, _, clock = workers
    assert [one.allowed(f"run {number}") for number in range(CAP + 2)] == [True] * CAP + [True] * 2
    assert (len(one.waiting), taken(one, clock())) == (3, CAP - 1)
    assert one.commit() == [True, False, False]
    assert taken(one, clock()) == CAP


def test_what_others_took_meanwhile_is_refused_and_asked_for_at_once_from_then_on(
    workers: tuple[Worker, Worker, Clock],
) -> None:
    one, other, clock = workers
    assert one.allowed("mine")
    for number in range(CAP):
        assert other.allowed(f"run {number}")
        other.commit()
    assert one.commit() == [False]
    assert not one.allowed("mine")
    clock.advance(COUNTED_FOR.total_seconds() + HOUR.total_seconds())
    assert one.allowed("mine")
    assert one.commit() == [True]


def test_a_run_that_asks_again_takes_one(workers: tuple[Worker, Worker, Clock]) -> None:
    one, _, clock = workers
    assert all(one.allowed("mine") for _ in range(2))
    assert one.commit() == [True, True]
    assert taken(one, clock()) == 1
