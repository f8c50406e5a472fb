"""The rows that we store are those that dbos itself would store, but for where the inputs stand; on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from app.records.database import make_engine
from app.work.engine import work_rows
from app.work.engine.work_rows import APPLICATION, insert_new, options_of, stored
from app.work.messages import Work
from tests.app.work.conftest import Started, done
from tests.support.work import example_work

TABLES = ("workflow_status", "workflow_input")
# The clock's, and who made the row: dbos compares that with its own retry, which we have none of.
OWN = {"created_at", "updated_at", "retention_timestamp", "delay_until_epoch_ms", "creator_xid"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def work(key: str, **options: Any) -> Work:
    return example_work("wf", key, "ticket:1", {"text": "Ärger, \"quoted\" \\ and 'so' \u2028"}, **options)


def status(database: sa.Engine, key: str) -> dict[str, Any]:
    """With the inputs, wherever they stand."""
    schema = "" if database.dialect.name == "sqlite" else "dbos."
    status, given = (sa.text(f"SELECT * FROM {schema}{table} WHERE workflow_uuid = :key") for table in TABLES)
    with database.connect() as connection:
        row = dict(connection.execute(status, {"key": key}).mappings().one())
        inputs = connection.execute(given, {"key": key}).mappings().one_or_none()
    row["inputs"] = json.loads(inputs["inputs"] if inputs else row["inputs"])
    return row


@pytest.mark.parametrize("delay", [0.0, 60.0])
def test_a_row_is_the_one_that_dbos_would_store(start: Started, database_url: str, delay: float) -> None:
    start({"wf": done}, {})
    database = make_engine(database_url)
    client = DBOSClient(
        system_database_engine=database, serializer=DBOSPortableJSONSerializer(), application_name=APPLICATION
    )
    theirs, ours = work("a", delay=delay or 1e6), work("a", delay=delay or 1e6)
    with database.begin() as connection:
        options: Any = options_of(theirs)
        client.enqueue_in_transaction(connection, options, stored(theirs.message))
    expected = status(database, "a")
    with database.begin() as connection:
        for table in TABLES:
            connection.execute(sa.text(f"DELETE FROM {'' if database.dialect.name == 'sqlite' else 'dbos.'}{table}"))
        insert_new(connection, [ours])
    found = status(database, "a")
    assert {name for name in OWN & found.keys() if (found[name] is None) != (expected[name] is None)} <= {"creator_xid"}
    assert {name: found[name] for name in found if name not in OWN} == {
        name: expected[name] for name in expected if name not in OWN
    }
    (known,) = DBOS.list_workflows(workflow_ids=["a"])
    assert known.input
    assert known.input["args"] == (stored(ours.message),), "dbos finds it there, for what it tells and runs"
    database.dispose()


@pytest.mark.parametrize("at_once", [2, 1000])
def test_of_a_batch_only_what_is_not_known_is_stored_and_the_first_of_two_counts(
    start: Started, database_url: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_rows, "MOST_AT_ONCE", at_once)
    start({"wf": done})
    database = make_engine(database_url)
    later = {"delay": 1e6}
    with database.begin() as connection:
        assert insert_new(connection, [work("b", **later), work("a", **later)]) == {"a", "b"}
        assert insert_new(connection, []) == set()
    with database.begin() as connection:
        twice = [example_work("wf", "c", "ticket:1", {"n": n}, delay=1e6) for n in (1, 2)]
        assert insert_new(connection, [work("a", **later), *twice, work("b", **later)]) == {"c"}
        assert insert_new(connection, [work("a", **later)]) == set()
    assert status(database, "c")["inputs"]["positionalArgs"][0]["data"] == {"n": 1}
    database.dispose()
