"""Backtests run one at a time beside the service's work, and end with it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.backtest import Past
from app.triage.judge import Judged, Judgement, judge
from app.triage.language import Language
from app.work.operations.backtests import MOST_WAITING, BacktestJob, Backtests, TooManyBacktests
from tests.support.harness import wait_until
from tests.support.rules import NOW, rules

ENOUGH = 60.0
JUDGEMENT = Judgement(lambda _text: Language("en", "English"))
IN_FORCE = rules("[{name: it, archetype: bug_report, when: {phrases: [since]}}]")
EDITED = rules("[{name: it, archetype: mention, when: {phrases: [since]}}]")


class Tickets:
    """Gives them once it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.given = 0

    def __call__(self, wanted: int) -> Iterator[Past]:
        for number in range(1, wanted + 1):
            if number > 1:
                assert self.may.wait(ENOUGH)
            self.given += 1
            yield Past(
                Ticket(number, body="it is broken since", channel="twitter"), "bug_report", "route:it", "mention"
            )


def judged(given: Rules, ticket: Ticket) -> Judged:
    return judge(given, ticket, JUDGEMENT, now=NOW)


@pytest.fixture
def tickets() -> Tickets:
    return Tickets()


@pytest.fixture
def backtests(tickets: Tickets) -> Iterator[Backtests]:
    made = Backtests(tickets, judged, lambda: NOW)
    yield made
    tickets.may.set()
    made.stop()


def job(backtests: Backtests, asked: BacktestJob) -> BacktestJob:
    found = backtests.get(asked.id)
    assert found is not None
    return found


def test_it_says_how_far_it_is_and_then_what_it_found(backtests: Backtests, tickets: Tickets) -> None:
    asked = backtests.start(EDITED, IN_FORCE, 3)
    wait_until(lambda: job(backtests, asked).tickets == 1, seconds=ENOUGH)
    assert job(backtests, asked).state == "running"
    tickets.may.set()
    wait_until(lambda: job(backtests, asked).has_ended, seconds=ENOUGH)
    done = job(backtests, asked)
    assert done.state == "done"
    assert done.found is not None
    assert (done.found.tickets, done.found.sides["toward"]) == (3, 3)


def test_the_same_question_is_not_asked_twice_at_once(backtests: Backtests) -> None:
    assert backtests.start(EDITED, IN_FORCE, 3).id == backtests.start(EDITED, IN_FORCE, 3).id
    assert backtests.start(EDITED, IN_FORCE, 4).id != backtests.start(EDITED, IN_FORCE, 3).id


def test_one_runs_and_few_may_wait(backtests: Backtests, tickets: Tickets) -> None:
    first = backtests.start(EDITED, IN_FORCE, 2)
    wait_until(lambda: job(backtests, first).state == "running", seconds=ENOUGH)
    others = [backtests.start(EDITED, IN_FORCE, number) for number in range(3, 3 + MOST_WAITING)]
    with pytest.raises(TooManyBacktests):
        backtests.start(EDITED, IN_FORCE, 100)
    assert {job(backtests, one).state for one in others} == {"waiting"}
    tickets.may.set()
    wait_until(lambda: all(job(backtests, one).state == "done" for one in others), seconds=ENOUGH)


def test_a_cancelled_one_ends_after_its_ticket(backtests: Backtests, tickets: Tickets) -> None:
    asked, other = backtests.start(EDITED, IN_FORCE, 5), backtests.start(EDITED, IN_FORCE, 1)
    wait_until(lambda: job(backtests, asked).tickets == 1, seconds=ENOUGH)
    backtests.cancel(asked.id)
    tickets.may.set()
    wait_until(lambda: job(backtests, other).state == "done", seconds=ENOUGH)
    assert job(backtests, asked).state == "cancelled"
    assert tickets.given < 5


def test_a_stop_ends_all(tickets: Tickets) -> None:
    backtests = Backtests(tickets, judged, lambda: NOW)
    asked, waiting = backtests.start(EDITED, IN_FORCE, 5), backtests.start(EDITED, IN_FORCE, 6)
    wait_until(lambda: job(backtests, asked).tickets == 1, seconds=ENOUGH)
    tickets.may.set()
    backtests.stop()
    assert {job(backtests, one).state for one in (asked, waiting)} <= {"cancelled"}
    with pytest.raises(TooManyBacktests):
        backtests.start(EDITED, IN_FORCE, 1)


def test_one_that_fails_does_not_keep_the_next_from_running() -> None:
    def past(wanted: int) -> Iterable[Past]:
        if wanted == 2:
            raise RuntimeError
        return ()

    given: Any = past
    backtests = Backtests(given, judged, lambda: NOW)
    bad, good = backtests.start(EDITED, IN_FORCE, 2), backtests.start(EDITED, IN_FORCE, 1)
    wait_until(lambda: job(backtests, good).has_ended, seconds=ENOUGH)
    assert (job(backtests, bad).state, job(backtests, good).state) == ("failed", "done")
    backtests.stop()
