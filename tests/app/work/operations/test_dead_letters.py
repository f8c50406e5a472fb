"""What people do about failures, when it is cut off in the middle: a failure is open, or its work is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.records.failures import Failure
from app.records.records import Records
from app.work.engine.engine import Engine
from app.work.jobs.fault import WRITE_BUDGET
from app.work.messages import CannotStore, TriageTicket, Work
from app.work.operations.dead_letters import DeadLetters, Retried
from app.work.tickets.write_budget import latch_key
from tests.app.work.conftest import wait_until
from tests.support.work import triage

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
AT = NOW.isoformat()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass
class Desk:
    records: Records
    engine: Engine
    retrying: DeadLetters

    def failed(self, key: str, ticket_id: int, reason: str = "forbidden") -> int:
        work = triage(f"zd:{key}", ticket_id, "ticket.created", NOW).message.model_dump(mode="json")
        self.records.failures.add(Failure(key, "zendesk", ticket_id, "write", reason, "403", 1, work, AT))
        found = self.records.failures.by_key(key)
        assert found is not None
        return found.id or 0

    def states(self) -> dict[str, str]:
        return {one.key: one.state for one in self.records.failures.newest(limit=100, state=None)}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """As the command has it: beside a service, running no work."""
    records = Records.open(database_url)
    engine = Engine(database_url, worker=False)
    engine.start()
    engine.stop(grace_seconds=0)  # it has made the queue's tables
    engine = Engine(database_url, worker=False)
    yield Desk(records, engine, DeadLetters(records.failures, engine.accept, lambda: NOW))
    engine.store.close()
    records.close()


def dies_at(monkeypatch: pytest.MonkeyPatch, engine: Engine, key: str, error: BaseException) -> None:
    """The transaction has begun when `error` comes, and everything before the work of `key` is in it."""
    store = engine.store._store

    def storing(connection: sa.Connection, work: Work, new: set[str]) -> bool:
        if work.message.key.startswith(key):
            raise error
        return store(connection, work, new)

    monkeypatch.setattr(engine.store, "_store", storing)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), sa.exc.OperationalError("", {}, Exception())])
def test_a_retry_that_is_cut_off_leaves_all_failures_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    for number in (1, 2, 3):
        desk.failed(str(number), number)
    with monkeypatch.context() as patched:
        dies_at(patched, desk.engine, "zd:2", error)
        with pytest.raises((type(error), CannotStore)):
            desk.retrying.retry_since(NOW - timedelta(hours=1))
    assert set(desk.states().values()) == {"open"}
    assert desk.engine.backlog.unfinished() == 0
    assert desk.retrying.retry_since(NOW - timedelta(hours=1)) == Retried(3, 0), "and nothing is passed over"
    assert set(desk.states().values()) == {"retried"}
    assert desk.engine.backlog.unfinished() == 3


def test_a_ticket_is_released_together_with_the_work_that_its_budget_kept_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    latch = desk.failed(latch_key(7), 7, WRITE_BUDGET)
    desk.failed("news", 7, WRITE_BUDGET)
    with monkeypatch.context() as patched:
        dies_at(patched, desk.engine, "zd:news", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            desk.retrying.retry(latch)
    assert desk.states() == {latch_key(7): "open", "news": "open"}
    assert desk.retrying.retry(latch).state == "retried"
    assert desk.states() == {latch_key(7): "retried", "news": "retried"}
    assert desk.engine.backlog.unfinished() == 2


def test_released_work_finds_the_latch_open_no_more(desk: Desk, database_url: str) -> None:
    latch = desk.failed(latch_key(7), 7, WRITE_BUDGET)
    seen: list[str] = []

    def look(_message: TriageTicket) -> None:
        known = desk.records.failures.by_id(latch)
        seen.append(known.state if known else "")

    worker = Engine(database_url, polling_seconds=0.01)
    worker.register(TriageTicket, look, lambda _message, _error: None)
    worker.start()
    try:
        desk.retrying.retry(latch)
        wait_until(lambda: seen)
    finally:
        worker.stop(grace_seconds=1)
    assert seen == ["retried"]
