"""Brings the tables to the newest revision, and refuses a database that a newer version has migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.records.database import lock_until_commit, make_engine
from app.records.database_errors import NewerDatabase
from app.records.database_url import is_sqlite, sqlite_path

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant will do, as long as all processes on one PostgreSQL agree on it.
MIGRATION_LOCK = 7_706_975_110


def migrate(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the tables to the newest revision; safe when several processes start at once. Raises NewerDatabase."""
    config = _alembic()
    with engine.connect() as connection, _migrating(connection):
        _known_revision(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def is_up_to_date(engine: sa.Engine) -> bool:
    """Do the tables have the newest revision? Changes nothing. Raises NewerDatabase."""
    with engine.connect() as connection:
        return _known_revision(connection) == ScriptDirectory.from_config(_alembic()).get_current_head()


@contextmanager
def read_only(url: str) -> Iterator[sa.Engine | None]:
    """For whoever only reads, and takes older tables as they are; None while there is no file. Raises NewerDatabase."""
    if is_sqlite(url) and not sqlite_path(url).exists():
        yield None
        return
    engine = make_engine(url, pool=1)
    try:
        with engine.connect() as connection:
            _known_revision(connection)
        yield engine
    finally:
        engine.dispose()


def _known_revision(connection: sa.Connection) -> str | None:
    """None: there are no tables yet."""
    here = MigrationContext.configure(connection).get_current_revision()
    if here and here not in {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}:
        raise NewerDatabase(here)
    return here


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@contextmanager
def _migrating(connection: sa.Connection) -> Iterator[None]:
    """One migration at a time, whole or not at all: a process may be killed in the middle of it."""
    if connection.dialect.name != "sqlite":
        lock_until_commit(connection, MIGRATION_LOCK)
        yield
        return
    # Python's driver begins no transaction for CREATE TABLE, so it is begun here.
    driver = connection.connection.driver_connection
    begins, driver.isolation_level = driver.isolation_level, None  # type: ignore[union-attr]  # a sqlite3.Connection
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
    finally:
        connection.rollback()
        driver.isolation_level = begins  # type: ignore[union-attr]  # the same
