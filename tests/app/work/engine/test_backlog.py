"""What waits and what runs, asked of the engine's own table on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.work.engine.backlog import workflow_status
from app.work.engine.engine import Engine
from tests.app.work.conftest import crashed, done
from tests.support.work import example_work, register


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def still(database_url: str) -> Iterator[Engine]:
    """An engine that begins nothing."""
    engine = Engine(database_url, worker=False)
    register(engine, "triage_ticket", done, crashed)
    engine.start()
    yield engine
    engine.stop()


def test_a_partition_has_work_while_it_waits_and_while_it_runs(still: Engine) -> None:
    works = {
        state: example_work("triage_ticket", state, f"ticket:{state}", {})
        for state in ("ENQUEUED", "PENDING", "SUCCESS", "ERROR")
    }
    delayed = example_work("triage_ticket", "DELAYED", "ticket:DELAYED", {}, delay=3600)
    still.accept([*works.values(), delayed, example_work("link_ticket", "link", "ticket:link", {}, delay=3600)])
    with still.store.database.begin() as connection:
        table = workflow_status(connection)
        for state in works:
            connection.execute(sa.update(table).where(table.c.workflow_uuid == state).values(status=state))
    partitions = [f"ticket:{one}" for one in (*works, "DELAYED", "link", "never")]
    found = still.backlog.partitions_with
    assert found("triage_ticket", partitions) == {
        "ticket:ENQUEUED",
        "ticket:DELAYED",
        "ticket:PENDING",
    }
    assert found("triage_ticket", ["ticket:PENDING"]) == {"ticket:PENDING"}, "no others are named"
    assert found("triage_ticket", []) == set()


def test_what_waits_in_a_partition_takes_in_more_of_its_kind(still: Engine) -> None:
    """Not what runs, or has ended: it may have read before the change."""
    works = [
        replace(example_work("triage_ticket", f"{part}{number}", f"ticket:{part}", {}), merged=True)
        for part in ("a", "b")
        for number in range(3)
    ]
    assert still.accept(works) == [True, False, False, True, False, False]
    assert still.accept([example_work("triage_ticket", "a9", "ticket:a", {})]) == [True], "only what asks for it"
    with still.store.database.begin() as connection:
        table = workflow_status(connection)
        for key, state in (("a0", "PENDING"), ("a9", "SUCCESS"), ("b0", "DELAYED")):
            connection.execute(sa.update(table).where(table.c.workflow_uuid == key).values(status=state))
    later = [replace(example_work("triage_ticket", f"{part}x", f"ticket:{part}", {}), merged=True) for part in "ab"]
    assert still.accept(later) == [True, False]
