"""Statements that several tables need: INSERT ... ON CONFLICT in each dialect, and deleting old rows in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(database: sa.Engine | sa.Connection, table: sa.Table) -> Any:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return sqlite.insert(table) if database.dialect.name == "sqlite" else postgresql.insert(table)


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


@dataclass(frozen=True)
class PrunedBatch:
    """A batch of old rows, the oldest first."""

    count: int = 0
    up_to: str = ""
    """The time of the last one, which is where to go on."""


def delete_some(engine: sa.Engine, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int) -> int:
    """Delete up to `limit` of the rows that are `old`, in a transaction of its own; returns the count."""
    key = next(iter(table.primary_key.columns))
    chosen = sa.select(key).where(old).limit(limit)
    with engine.begin() as connection:
        return connection.execute(sa.delete(table).where(key.in_(chosen))).rowcount


def has_text(table: sa.Table) -> sa.ColumnElement[bool]:
    """Is the ticket still there? As text: PostgreSQL compares no JSON."""
    return sa.cast(table.c.ticket, sa.Text) != "{}"
