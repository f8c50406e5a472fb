"""What never changes and takes long to make is made once for all tests of a process."""

from __future__ import annotations

import sqlite3
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from dbos import run_dbos_database_migrations

from app import rulebook
from app.desk.registry import desk_router
from app.model.model import Model
from app.records import migration
from app.records.database import make_engine
from app.records.migration import migrate
from app.rules import draft, files, loading
from app.triage import shipped
from app.triage.language import LanguageDetector
from app.web import app as web
from app.work.operations import draft_process
from tests.support.forked import FORKING

load = lru_cache(maxsize=16)(loading.load)
"""Rules cannot be changed, and reading them takes long: the same texts give the same ones."""


def make_once(patch: pytest.MonkeyPatch) -> None:
    """Until the patches are undone. Whoever tests how it is made calls what makes it by its own name."""
    read_once(patch)
    patch.setattr(migration, "migrate", _migrate)
    patch.setattr(web, "desk_router", cache(desk_router))
    patch.setattr(draft_process, "_NEW", FORKING)  # not spawned: each would import the service anew


def read_once(patch: pytest.MonkeyPatch) -> None:
    """Rules and models, which processes that are forked share with each other too."""
    for module in (rulebook, files, draft):
        patch.setattr(module, "load", load)
    patch.setattr(shipped, "LanguageDetector", cache(LanguageDetector))
    patch.setattr(Model, "load", lru_cache(maxsize=4)(Model.load))


def copy_tables(file: Path) -> None:
    """Make the SQLite file, with all tables and no rows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        run_dbos_database_migrations(f"sqlite:///{file}")
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return file.read_bytes()


def _migrate(engine: sa.Engine) -> None:
    """A new SQLite file is copied; all else is migrated."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    if name and not Path(name).exists():
        copy_tables(Path(name))
        engine.connect().close()  # as after migrating: SQLite's other files are there
    else:
        migrate(engine)
