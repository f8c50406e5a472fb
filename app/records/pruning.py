"""Deleting old rows by the handful: each delete is a transaction of its own, so that no writer waits for long."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True)
class Dropped:
    """A handful, the oldest first."""

    count: int = 0
    up_to: str = ""
    """The time of the last one, which is where to go on."""


def delete_some(engine: sa.Engine, table: sa.Table, old: sa.ColumnElement[bool], *, most: int) -> int:
    """Delete at most so many of the rows that are `old`; how many they were."""
    key = next(iter(table.primary_key.columns))
    chosen = sa.select(key).where(old).limit(most)
    with engine.begin() as connection:
        return connection.execute(sa.delete(table).where(key.in_(chosen))).rowcount


def has_text(table: sa.Table) -> sa.ColumnElement[bool]:
    """Is the ticket still there? As text: PostgreSQL compares no JSON."""
    return sa.cast(table.c.ticket, sa.Text) != "{}"
