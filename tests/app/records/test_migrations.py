"""Migrations: from an empty database and from a filled one of every revision, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from app import logs
from app.cli.main import cli
from app.records import migration
from app.records.database import make_engine
from app.records.database_errors import NewerDatabase
from app.records.migration import MIGRATIONS, is_up_to_date, migrate
from app.records.records import Records
from app.records.tables import metadata
from tests.support.nowhere import NOWHERE

AT = "2026-11-01T08:00:00+00:00"
LISTS = {"tags", "actions", "trace", "labels"}
VERSION_TABLE = "alembic_version"
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{before}"


def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    op.drop_index("ix_decisions_decided_at", "decisions")
    {more}
"""


def revisions() -> list[str]:
    """The oldest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(empty_database_url, pool=1)
    yield engine
    engine.dispose()


Row = dict[str, Any]
Filled = dict[str, list[Row]]


def fill(engine: sa.Engine, first: int = 1) -> Filled:
    """Two rows in each table as it is at this revision: one full, one with nothing where nothing may be."""
    here = sa.MetaData()
    here.reflect(engine)
    filled: Filled = {}
    with engine.begin() as connection:
        for table in here.sorted_tables:
            if table.name != VERSION_TABLE:
                filled[table.name] = [_row(table, first), _row(table, first + 1)]
                connection.execute(sa.insert(table), filled[table.name])
    return filled


def _row(table: sa.Table, number: int) -> Row:
    """Those with even numbers are the empty ones."""
    return {
        column.name: None if column.nullable and number % 2 == 0 else _value(column, number) for column in table.columns
    }


def _value(column: sa.Column[Any], number: int) -> Any:
    if isinstance(column.type, sa.JSON):
        return [f"{column.name} {number}", "größe"] if column.name in LISTS else {column.name: [number, "größe"]}
    kind = column.type.python_type
    if kind is str:
        length = getattr(column.type, "length", None)
        return AT if column.name == "at" or column.name.endswith("_at") else f"{column.name} {number} ü"[:length]
    return {bool: True, float: number + 0.5, bytes: bytes([number, 0, 255])}.get(kind, number)


DROPPED = {"ticket_writes"}
"""Tables whose rows nobody needs any more."""


def lost(engine: sa.Engine, filled: Filled) -> Filled:
    """What is not in the tables any more, or is there otherwise."""
    here = sa.MetaData()
    here.reflect(engine)
    missing: Filled = {}
    with engine.connect() as connection:
        for name in filled.keys() - DROPPED:
            there = connection.execute(sa.select(here.tables[name])).mappings().all()
            kept = [{column: row[column] for column in filled[name][0]} for row in there]
            missing[name] = [row for row in filled[name] if row not in kept]
    return {name: some for name, some in missing.items() if some}


READERS: dict[str, Callable[[Records, int], object]] = {
    "decisions": lambda records, n: records.decisions.by_run(f"run_id {n} ü"),
    "links": lambda records, n: records.links.of_ticket(n),
    "failures": lambda records, n: records.failures.by_key(f"key {n} ü"),
    "attempts": lambda records, n: records.attempts.of([f"run {n} ü"])[f"run {n} ü"],
    "pauses": lambda records, n: records.pauses.current(),
    "suspended_work": lambda records, n: records.suspended_work.oldest(f"what {n} ü", limit=1),
    "corrections": lambda records, n: records.corrections.all(),
    "config_versions": lambda records, n: records.config_versions.get(f"hash {n} ü"),
    "tracked_issues": lambda records, n: records.tracked_issues.of(n, [n]),
    "issue_notes": lambda records, n: records.issue_notes.of(n, n),
    "progress": lambda records, n: records.progress.of(f"name {n} ü"),
    "projects": lambda records, n: records.projects.id_of(f"path {n} ü"),
    "announcements": lambda records, n: records.announcements.by_key(f"key {n} ü"),
    "rate_limits": lambda records, n: records.rate_limits.all(),
    "circuits": lambda records, n: records.circuits.all(),
    "outbox": lambda records, n: records.outbox.of(f"run_id {n} ü"),
}
"""Tables that are only counted have none."""


def test_what_a_database_of_any_revision_holds_is_kept_and_read(engine: sa.Engine) -> None:
    """Each revision writes its rows; the next one finds them, and in the end they are all there."""
    written: dict[int, Filled] = {}
    for number, revision in enumerate(revisions()):
        migrate(engine, revision)
        written[2 * number + 1] = fill(engine, 2 * number + 1)
    records = Records.open(engine.url.render_as_string(hide_password=False))
    try:
        assert is_up_to_date(engine)
        for first, filled in written.items():
            assert lost(engine, filled) == {}
            assert [name for name in READERS.keys() & filled.keys() if not READERS[name](records, first)] == []
    finally:
        records.close()


def test_the_newest_revision_is_what_the_tables_say(
    engine: sa.Engine, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    # It compares no defaults of JSON on PostgreSQL, and those of SQLite wrongly.
    if database == "sqlite":
        other = make_engine(f"sqlite:///{tmp_path / 'other.db'}", pool=1)
    else:
        other = make_engine(request.getfixturevalue("postgres").new_database(), pool=1)
    metadata.create_all(other)
    made = _columns(other)
    other.dispose()
    assert {name: columns for name, columns in _columns(engine).items() if name != VERSION_TABLE} == made


def _columns(engine: sa.Engine) -> dict[str, dict[str, str]]:
    inspector = sa.inspect(engine)
    return {
        name: {one["name"]: f"{one['type']!r} {one['nullable']} {_default(one)}" for one in inspector.get_columns(name)}
        for name in inspector.get_table_names()
    }


def _default(column: Any) -> str | None:
    """Not the sequence's name."""
    return column["default"] if not column.get("autoincrement") else "next"


def test_a_migration_that_was_cut_off_leaves_nothing_half_done(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(engine)
    filled, before = fill(engine), _schema(engine)
    later = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, later)
    monkeypatch.setattr(migration, "MIGRATIONS", later)
    revision = later / "versions" / "9998_later.py"
    revision.write_text(LATER.format(before=revisions()[-1], more='op.execute("select nonsense")'))
    with pytest.raises(sa.exc.SQLAlchemyError, match="nonsense"):
        migrate(engine)
    assert _schema(engine) == before
    assert lost(engine, filled) == {}
    revision.write_text(LATER.format(before=revisions()[-1], more=""))
    migrate(engine)
    assert is_up_to_date(engine)
    assert set(_schema(engine)) == {*before, "later"}
    assert lost(engine, filled) == {}


def test_a_first_migration_that_was_cut_off_leaves_no_table(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    create_table = Operations.create_table

    def broken(self: Operations, name: str, *columns: Any, **options: Any) -> Any:
        if name == "projects":
            self.execute("select nonsense")
        return create_table(self, name, *columns, **options)

    monkeypatch.setattr(Operations, "create_table", broken)
    with pytest.raises(sa.exc.SQLAlchemyError, match="nonsense"):
        migrate(engine)
    monkeypatch.undo()
    assert _schema(engine) == {}
    migrate(engine)
    assert is_up_to_date(engine)


def _schema(engine: sa.Engine) -> dict[str, set[str]]:
    inspector = sa.inspect(engine)
    return {name: {one["name"] for one in inspector.get_columns(name)} for name in inspector.get_table_names()}


def made_newer(engine: sa.Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")


def test_a_newer_database_is_left_alone(engine: sa.Engine) -> None:
    made_newer(engine)
    before = _schema(engine)
    for touch in (migrate, is_up_to_date):
        with pytest.raises(NewerDatabase, match=r"newer version \(revision 9999\); run that version .* or restore"):
            touch(engine)
    assert _schema(engine) == before


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "work",
        "failures",
        "failures retry 1",
        "failures ignore 1 --reason no",
        "pause",
        "resume",
        "backtest --from 2026-11-01",
    ],
)
def test_every_command_refuses_a_newer_database_with_a_sentence(
    engine: sa.Engine, empty_database_url: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_newer(engine)
    for name, value in {
        **NOWHERE,
        "DATABASE_URL": empty_database_url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logs, "configure", lambda _level: None)
    ended = CliRunner().invoke(cli, command.split())
    said = " ".join(ended.stderr.split())
    assert ended.exit_code == 2, said
    assert "was migrated by a newer version (revision 9999)" in said
    assert "restore the backup" in said
