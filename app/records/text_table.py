"""A table of texts that are searched by words and by meaning: every process keeps an index of its rows in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Generic, NamedTuple, Protocol

import sqlalchemy as sa

from app.records.database import Row, TableAccess, begin_locked, insert_on
from app.records.json_rows import json_rows
from app.records.prepared import PreparedStatement

WRITTEN_AT_ONCE = 100
CHANGES_AT_ONCE = 500
_ABOUT_ROW = frozenset({"seen_at", "written_by", "vector", "vector_of"})
"""Columns about the row itself, not about what it says."""


class SearchedRow(Protocol):
    """What the index needs of a row."""

    @property
    def key(self) -> tuple[int, int]: ...
    @property
    def seen_at(self) -> str: ...
    @property
    def updated_at(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def vector(self) -> bytes | None: ...
    @property
    def vector_of(self) -> str: ...


class TextChange(NamedTuple):
    """That a row was written, and which form of it."""

    group: int
    first: Any
    """Of the key."""
    number: int
    updated_at: str
    vector_of: str
    seen_at: str

    @property
    def key(self) -> tuple[int, int]:
        return self.group, self.number


class TextTable(TableAccess, Generic[Row]):
    """The columns `title`, `description`, `seen_at`, `vector` and `vector_of`, beside a subclass's own."""

    table: ClassVar[sa.Table]
    row: ClassVar[type[Any]]
    embedded_first: ClassVar[tuple[sa.ColumnElement[Any], ...]]
    """The order in which rows get their vector: those first that are looked for most."""

    @staticmethod
    def group(first: Any) -> int:
        """The index's group, of the first column of the key."""
        return int(first)

    def save(self, rows: Sequence[Row]) -> None:
        """Insert or replace. A vector is kept until the text changes; then it is the one given, if there is one.

        A row that says the same is left alone: nobody need fetch it again.
        """
        for start in range(0, len(rows), WRITTEN_AT_ONCE):  # each by itself: others write as well
            with begin_locked(self._engine) as connection:
                self.save_within(connection, rows[start : start + WRITTEN_AT_ONCE])

    def save_within(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        names = tuple(one.name for one in fields(self.row))
        values = [{name: getattr(row, name) for name in names} for row in rows]
        save = _save(connection.dialect.name, self.table, names)
        if len(values) == 1:
            save.write(connection, values[0])
        else:
            save.run_all(connection, values)

    def changed_since(self, seen_at: str, *, batch: int = CHANGES_AT_ONCE) -> Iterator[list[TextChange]]:
        """What was written at or after that time, in the order it was written: without texts, which are long."""
        query, asked = _changes(self.table, further=False), {"since": seen_at, "batch": batch}
        while True:
            with self._reader.connect() as connection:
                found = self.changes(query.tuples(connection, asked))
            if found:
                yield found
            if len(found) < batch:
                return
            last, query = found[-1], _changes(self.table, further=True)
            asked |= {"since": last.seen_at, "first": last.first, "number": last.number}

    @classmethod
    def changes(cls, rows: Iterable[Sequence[Any]]) -> list[TextChange]:
        """Of rows as `changes_along` answers them."""
        return [TextChange(cls.group(row[0]), *row) for row in rows]

    def at(self, changes: Sequence[TextChange]) -> list[Row]:
        """Those of them that are there."""
        place = sa.tuple_(*self.table.primary_key.columns)
        return self._read(
            self.row, sa.select(self.table).where(place.in_([(one.first, one.number) for one in changes]))
        )

    def without_vector(self, encoder: str, *, limit: int) -> list[Row]:
        query = sa.select(self.table).where(self.table.c.vector_of != encoder)
        return self._read(self.row, query.order_by(*self.embedded_first).limit(limit))

    def add_vectors(self, encoder: str, vectors: Sequence[tuple[Row, bytes]], *, now: str) -> None:
        """`now`: by which the processes see that there is something new."""
        names = [one.name for one in self.table.primary_key.columns]
        with begin_locked(self._engine) as connection:
            for row, vector in vectors:
                this = (self.table.c[name] == getattr(row, name) for name in names)
                change = sa.update(self.table).where(*this)
                connection.execute(change.values(vector=vector, vector_of=encoder, seen_at=now))

    def count(self) -> int:
        return self._count(self.table)


@cache
def _save(dialect: str, table: sa.Table, names: tuple[str, ...]) -> PreparedStatement:
    insert = insert_on(dialect, table).inline()
    key, new = [one.name for one in table.primary_key.columns], insert.excluded
    values: dict[str, Any] = {name: new[name] for name in names if name not in key}
    same = sa.and_(*(table.c[name] == new[name] for name in ("title", "description")), table.c.vector_of != "")
    values |= {name: sa.case((same, table.c[name]), else_=new[name]) for name in ("vector", "vector_of")}
    said = [one for one in table.columns if one.name in values and one.name not in _ABOUT_ROW]
    changed = [_as_text(one).is_distinct_from(_as_text(new[one.name])) for one in said]
    is_new = sa.or_(*changed, sa.and_(table.c.vector_of == "", new.vector_of != ""))
    return PreparedStatement(insert.on_conflict_do_update(index_elements=key, set_=values, where=is_new), names)


def _as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """PostgreSQL compares no JSON."""
    return sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column


@cache
def _changes(table: sa.Table, *, further: bool) -> PreparedStatement:
    """`further`: after a row, else from a time on."""
    key, written = table.primary_key.columns, table.c.seen_at
    since = sa.bindparam("since", type_=written.type)
    place = (sa.bindparam(name, type_=one.type) for name, one in zip(("first", "number"), key, strict=True))
    which = sa.tuple_(written, *key) > sa.tuple_(since, *place) if further else written >= since
    return PreparedStatement(_changed(table).where(which).limit(sa.bindparam("batch")))


def changes_along(dialect: str, table: sa.Table) -> sa.ColumnElement[Any]:
    """What others wrote, as `changed_since`, the first batch: for a statement given `written_since` and `reader`."""
    since = sa.bindparam("written_since", type_=table.c.seen_at.type)
    of_others = (table.c.seen_at >= since, table.c.written_by != sa.bindparam("reader"))
    return json_rows(dialect, _changed(table).where(*of_others).limit(CHANGES_AT_ONCE))


def _changed(table: sa.Table) -> sa.Select[Any]:
    key, written = table.primary_key.columns, table.c.seen_at
    return sa.select(*key, table.c.updated_at, table.c.vector_of, written).order_by(written, *key)
