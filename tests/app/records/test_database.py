"""Opening a database: several processes at once, and one that was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations

from app.records.database import make_engine
from app.records.migration import is_up_to_date, migrate
from app.records.records import Records
from tests.support.forked import Forked

START = """
import sys
from app.records.records import Records
from app.work.engine.engine import Engine
print("ready", flush=True)
sys.stdin.readline()
records, engine = Records.open(sys.argv[1]), Engine(sys.argv[1], worker=False)
engine.start()
engine.stop()
records.close()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def starters(empty_database_url: str) -> Iterator[list[Forked]]:
    processes = [Forked("-c", START, empty_database_url, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in range(4)]
    yield processes
    for one in processes:
        one.end()


def test_processes_that_start_at_once_on_a_new_database_all_start(starters: list[Forked]) -> None:
    for one in starters:
        assert one.stdout.readline() == b"ready\n"
    for one in starters:
        one.stdin.write(b"now\n")
        one.stdin.flush()
    assert [(one.wait(60), one.stderr.read()) for one in starters] == [(0, b"")] * len(starters)


def test_a_migration_that_was_cut_off_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}")
    create_table = Operations.create_table

    def cut_off(self: Operations, name: str, *columns: Any, **options: Any) -> Any:
        if name == "links":
            raise KeyboardInterrupt
        return create_table(self, name, *columns, **options)

    monkeypatch.setattr(Operations, "create_table", cut_off)
    with pytest.raises(KeyboardInterrupt):
        migrate(engine)
    monkeypatch.undo()
    assert sa.inspect(engine).get_table_names() == []
    migrate(engine)
    assert is_up_to_date(engine)
    engine.dispose()
    Records.open(str(engine.url)).close()


def test_the_clock_of_newer_python_is_there_in_older_sqlite(tmp_path: Path) -> None:
    """From Python 3.12 on, dbos asks for it, whatever SQLite there is; Debian 12 has 3.40."""
    with make_engine(f"sqlite:///{tmp_path / 'new.db'}").connect() as connection:
        default = "DEFAULT (unixepoch('subsec') * 1000)"
        connection.exec_driver_sql(f"CREATE TABLE t (a INTEGER, at INTEGER NOT NULL {default})")
        connection.exec_driver_sql("INSERT INTO t (a) VALUES (1)")
        assert connection.exec_driver_sql("SELECT at FROM t").scalar_one() > 1_700_000_000_000


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_connection_in_use_while_the_engine_is_closed_is_closed_when_it_comes_back(database_url: str) -> None:
    engine = make_engine(database_url, pool=1)
    with engine.connect() as connection:
        driver_connection = connection.connection.driver_connection
        assert driver_connection
        engine.dispose()
    assert driver_connection.closed
