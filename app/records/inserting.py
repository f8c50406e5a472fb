"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL have alike, and SQLAlchemy in each one's own dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(engine: sa.Engine, table: sa.Table) -> Any:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_update(
    engine: sa.Engine,
    table: sa.Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
    at_first: Mapping[str, object] | None = None,
) -> None:
    """The row of that unique `key` has these values; `at_first`: only if it is new.

    One statement: of two workers that update nothing and then insert, the second one fails on PostgreSQL.
    """
    insert = insert_into(engine, table).values(**key, **values, **(at_first or {}))
    with engine.begin() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
