"""New tickets never wait behind bulk work; what this needs of dbos, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import build
from app.records.records import Records
from app.work.engine.engine import Engine
from app.work.engine.queues import TICKETS
from app.work.engine.work_rows import JSON
from app.work.engine.work_store import kind_of
from app.work.jobs.backpressure import ROOM, enqueue, throttled
from app.work.limits.rate_limiter import Priority, current_priority
from app.work.messages import EnqueueTickets, TriageTicket, Work
from integrations.sandbox import Sandbox
from tests.app.work.conftest import Started, done, wait_until
from tests.support.fakes import dependencies
from tests.support.harness import settings_for
from tests.support.work import BulkExample, example_work, triage

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ticket(key: str, ticket_id: int, *, accepted_at: datetime = NOW, delay: float = 0.0, **payload: object) -> Work:
    return example_work("triage_ticket", key, f"ticket:{ticket_id}", payload, delay=delay, accepted_at=accepted_at)


def bulk(key: str) -> Work:
    return example_work("follow_issue", key, f"issue:{key}", accepted_at=NOW, base=BulkExample)


def test_bulk_work_that_hangs_in_every_partition_holds_no_ticket_up(start: Started) -> None:
    free, priorities = threading.Event(), list[Priority]()

    def hang(_: JSON) -> JSON:
        priorities.append(current_priority())
        free.wait(10)
        return {}

    ran: list[object] = []
    engine = start({"follow_issue": hang, "triage_ticket": _noting(ran)})
    engine.accept([bulk(f"b{number}") for number in range(200)])
    wait_until(lambda: len(priorities) == 2)
    engine.accept([ticket("new", 7)])
    wait_until(lambda: ran == ["new"])
    assert len(priorities) == 2, "and it takes two threads of eight"
    assert set(priorities) == {Priority.BULK}
    free.set()


def test_within_a_partition_the_oldest_delivery_goes_first(start: Started) -> None:
    held, ran = threading.Event(), list[object]()

    def run(payload: JSON) -> JSON:
        if payload["key"] == "first":
            held.wait(10)
        ran.append(payload["key"])
        return {}

    engine = start({"triage_ticket": run})
    engine.accept([ticket("first", 1)])
    wait_until(lambda: engine.backlog.waiting_tickets(5) == 0)
    engine.accept([ticket("newer", 1, accepted_at=NOW + timedelta(minutes=5))])
    engine.accept([ticket("older", 1, accepted_at=NOW + timedelta(minutes=1))])
    held.set()
    wait_until(lambda: len(ran) == 3)
    assert ran == ["first", "older", "newer"]


def test_the_age_of_the_oldest_that_waits_is_that_of_its_delivery(start: Started) -> None:
    engine = start({"triage_ticket": done})
    assert engine.backlog.waits_since() is None
    old = NOW - timedelta(hours=3)
    engine.accept([ticket("a", 1, accepted_at=NOW, delay=3600), ticket("b", 2, accepted_at=old, delay=3600)])
    assert engine.backlog.waits_since() == old


def test_begun_work_and_deliveries_of_gitlab_count_as_waiting_and_scheduled_runs_do_not(
    start: Started,
) -> None:
    free, began = threading.Event(), threading.Event()

    def hang(_: JSON) -> JSON:
        began.set()
        free.wait(10)
        return {}

    engine = start({"triage_ticket": hang, "follow_issue": done, "sync_issues": done})
    late = NOW + timedelta(hours=1)
    engine.accept([example_work("sync_issues", "cron:sync:1", "sync", accepted_at=late, delay=3600, base=BulkExample)])
    assert engine.backlog.waits_since() is None
    engine.accept([example_work("follow_issue", "gl:1", "issue:1", accepted_at=late, delay=3600, base=BulkExample)])
    assert engine.backlog.waits_since() == NOW + timedelta(hours=1)
    engine.accept([ticket("begun", 1)])
    assert began.wait(10)
    assert engine.backlog.waits_since() == NOW
    free.set()
    wait_until(lambda: engine.backlog.waits_since() == NOW + timedelta(hours=1))


def test_work_that_waits_for_its_time_can_be_begun_now(start: Started) -> None:
    ran: list[object] = []
    engine = start({"triage_ticket": _noting(ran)})
    engine.accept([ticket("late", 1, delay=3600), ticket("other", 2, delay=3600)])
    engine.run_now(["late", "unknown"])
    wait_until(lambda: ran == ["late"])
    assert engine.backlog.waiting() == 1


def test_bulk_work_on_tickets_is_queued_a_few_at_a_time(start: Started, records: Records) -> None:
    free, seen, ran = threading.Event(), list[int](), list[object]()
    engine_: list[Engine] = []

    def run(message: TriageTicket) -> None:
        seen.append(engine_[0].backlog.waiting_tickets(1000))
        ran.append(message.key)
        assert (current_priority() is Priority.BULK) == (message.key != "new")
        free.wait(10) if message.key == "new" else None

    def hand_on(message: EnqueueTickets) -> None:
        enqueue(dependencies(records, engine=engine_[0]), message)

    engine_.append(start({}, {TriageTicket: run, EnqueueTickets: hand_on}))
    tickets = [triage(f"t{number}", number, "ticket.updated", NOW).message for number in range(60)]
    engine_[0].accept(list(throttled("bulk", [one for one in tickets if isinstance(one, TriageTicket)], NOW)))
    wait_until(lambda: len(ran) >= 10)
    engine_[0].accept([triage("new", 1000, "ticket.created", NOW)])
    wait_until(lambda: "new" in ran)
    assert max(seen) <= ROOM + 1
    free.set()
    wait_until(lambda: len(ran) == 61, seconds=30)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.db'}")
    yield opened
    opened.close()


def test_only_work_on_tickets_is_in_the_tickets_queue(tmp_path: Path) -> None:
    with Sandbox.start() as sandbox:
        service = build(settings_for(sandbox, tmp_path))
    kinds = service.deps.engine._workflows.values()
    assert {kind_of(one.message) for one in kinds if one.message.queue == TICKETS} == {
        "triage_ticket",
        "link_ticket",
        "create_mention_ticket",
    }
    service.deps.records.close()


def _noting(ran: list[object]) -> Callable[[JSON], JSON]:
    def workflow(payload: JSON) -> JSON:
        ran.append(payload["key"])
        return {}

    return workflow
