"""Attempts, pauses, held work, the budget of writes and updates that wait, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.records.attempts import Attempt
from app.records.decisions import nothing_decided
from app.records.migration import is_up_to_date
from app.records.outbox import OutboxEntry
from app.records.pauses import Pause
from app.records.records import NoRecords, Records
from tests.support.postgres import PostgresServer
from tests.support.written import wrote

AT = "2026-11-01T08:00:00+00:00"
LATER = "2026-11-01T09:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.migrated_database()
    return f"sqlite:///{tmp_path / 'pointsman.db'}"


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    records = Records.open(url)
    yield records
    records.close()


def test_a_command_works_on_the_tables_as_they_are_and_makes_none(records: Records, url: str, tmp_path: Path) -> None:
    assert is_up_to_date(records.engine)
    beside = Records.beside_a_service(url)
    assert beside.pauses.current() == []
    beside.close()
    with pytest.raises(NoRecords):
        Records.beside_a_service(f"sqlite:///{tmp_path / 'other.db'}")
    with records.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '0000'")
    with pytest.raises(NoRecords):
        Records.beside_a_service(url)


def test_an_attempt_is_kept_once_and_they_come_in_order(records: Records) -> None:
    for generation, number in ((0, 2), (0, 1), (1, 1), (0, 1)):
        records.attempts.add(Attempt("run", generation, number, "write", "zendesk", "unavailable", "503", AT))
    assert [(one.generation, one.number) for one in records.attempts.of(["run", "other"])["run"]] == [
        (0, 1),
        (0, 2),
        (1, 1),
    ]
    assert records.attempts.prune(LATER, limit=2) == 2
    assert records.attempts.prune(LATER, limit=2) == 1


def test_a_pause_keeps_its_beginning_and_is_lifted_by_name_or_with_all(records: Records) -> None:
    records.pauses.set(Pause("all", AT, "ada", ""))
    records.pauses.set(Pause("all", LATER, "noor", "a drill"))
    records.pauses.set(Pause("issues", AT, "ada", ""))
    assert records.pauses.current()[0] == Pause("all", AT, "noor", "a drill")
    assert [one.what for one in records.pauses.lift("issues")] == ["issues"]
    assert [one.what for one in records.pauses.lift(None)] == ["all"]
    assert records.pauses.current() == []


def test_held_work_is_kept_once_and_goes_in_order(records: Records) -> None:
    for key in ("b", "a", "b"):
        records.suspended_work.keep("issues", key, {"key": key}, at=AT)
    rows = records.suspended_work.oldest("issues", limit=10)
    assert [row.payload["key"] for row in rows] == ["b", "a"]
    records.suspended_work.delete([row.id for row in rows])
    assert records.suspended_work.count() == 0


def test_a_run_counts_once_as_written_from_its_decision_on_unless_nothing_reached_the_ticket(records: Records) -> None:
    for run_id, ticket_id, at in (("one", 7, AT), ("two", 7, LATER), ("other ticket", 8, AT)):
        wrote(records, ticket_id, run_id, at)
    wrote(records, 7, "one", AT, "unknown")
    wrote(records, 7, "refused", AT, "not_applied")
    wrote(records, 7, "shadow", AT, "not_sent")
    written = records.decisions.written
    assert written(7, since="", besides="three") == 2
    assert written(7, since="", besides="one") == 1, "a retry must not use up what it was given"
    assert written(7, since=AT, besides="three") == 1, "the first is older than an hour"


def test_a_ticket_is_new_until_something_is_decided_about_it(records: Records) -> None:
    wrote(records, 7, "one", AT)
    partitions = {"ticket:7": False, "ticket:77": True, "ticket:9007199254740993": True, "project:7": True}
    with records.engine.connect() as connection:
        for partition, is_new in partitions.items():
            (found,) = connection.execute(sa.select(nothing_decided(sa.literal(partition)))).one()
            assert bool(found) == is_new, partition


def test_a_bulk_job_takes_one_update_of_each_ticket(records: Records) -> None:
    waiting = records.outbox
    for run_id, ticket_id in (("a", 1), ("b", 1), ("c", 2)):
        waiting.add(OutboxEntry(run_id, ticket_id, f"{run_id}+1w1", AT, bulk=False, change={}, tags=[]))
    assert {one.run_id for one in waiting.claim("first", most=100, at_least=2, until=1.0)} == {"a", "c"}
    assert waiting.claim("second", most=100, at_least=2, until=1.0) == []
    assert [one.run_id for one in waiting.claim("third", most=100, at_least=1, until=1.0)] == ["b"]
