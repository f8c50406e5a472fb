"""An empty SQLite file, or an empty PostgreSQL database: a module says which in its fixture `database`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import PostgresServer


@pytest.fixture
def database_url(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> str:
    if database == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path / 'pointsman.db'}"
