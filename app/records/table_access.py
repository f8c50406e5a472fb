"""What the classes of the tables share. Each call is a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = TypeVar("Row")


def insert_into(database: sa.Engine | sa.Connection, table: sa.Table) -> Any:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in the database's dialect."""
    return sqlite.insert(table) if database.dialect.name == "sqlite" else postgresql.insert(table)


def has_text(table: sa.Table) -> sa.ColumnElement[bool]:
    """Is the ticket still there? As text: PostgreSQL compares no JSON."""
    return sa.cast(table.c.ticket, sa.Text) != "{}"


@dataclass(frozen=True)
class PrunedBatch:
    """A batch of old rows, the oldest first."""

    count: int = 0
    up_to: str = ""
    """The time of the last one, which is where to go on."""


class TableAccess:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def _rows(self, query: sa.Select[Any]) -> list[sa.RowMapping]:
        with self._engine.connect() as connection:
            return list(connection.execute(query).mappings())

    def _read(self, kind: type[Row], query: sa.Select[Any]) -> list[Row]:
        """Rows as dataclasses: each field is the column of its name."""
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # dataclasses have no type of their own
        return [kind(**{name: row[name] for name in names}) for row in self._rows(query)]

    def _first(self, kind: type[Row], query: sa.Select[Any]) -> Row | None:
        return next(iter(self._read(kind, query.limit(1))), None)

    def _count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    def _change(self, statement: Any) -> int:
        """Insert, update or delete; returns the count of rows."""
        with self._engine.begin() as connection:
            return int(connection.execute(statement).rowcount)

    def _insert_or_update(
        self,
        table: sa.Table,
        key: Mapping[str, object],
        values: Mapping[str, object],
        at_first: Mapping[str, object] | None = None,
    ) -> None:
        """The row of that unique `key` has these values; `at_first`: only if it is new.

        One statement: of two workers that update nothing and then insert, the second one fails on PostgreSQL.
        """
        insert = insert_into(self._engine, table).values(**key, **values, **(at_first or {}))
        self._change(insert.on_conflict_do_update(index_elements=list(key), set_=dict(values)))

    def _insert_once(self, table: sa.Table, key: list[str], values: Mapping[str, object]) -> None:
        self._change(insert_into(self._engine, table).values(**values).on_conflict_do_nothing(index_elements=key))

    def _delete_some(self, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int) -> int:
        """Delete up to `limit` of the rows that are `old`: no writer waits for long. Returns the count."""
        key = next(iter(table.primary_key.columns))
        return self._change(sa.delete(table).where(key.in_(sa.select(key).where(old).limit(limit))))
