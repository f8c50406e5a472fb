"""Statements of the hot path: put together once, and given to the driver itself.

SQLAlchemy takes ten times as long around a statement as SQLite takes to run it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any] | None
Values = Mapping[str, object]
"""By column, or by the name of what is asked for."""
NOTHING: Values = {}


class _OfThread(threading.local):
    """A connection is one thread's as long as it is in a transaction."""

    connection: sa.Connection | None = None
    waiting: list[tuple[PreparedStatement, Values]] | None = None


_of_thread = _OfThread()


@contextmanager
def together(connection: sa.Connection) -> Iterator[None]:
    """Within, PostgreSQL takes what is written (`PreparedStatement.write`) as part of the statement that comes next.

    To be entered in a transaction. All parts see the rows as they were before, and run in any order: no two of one
    table are joined, and none with what only reads.
    """
    if connection.dialect.name == "sqlite" or _of_thread.connection is connection:
        yield
        return
    before = _of_thread.connection, _of_thread.waiting
    _of_thread.connection, _of_thread.waiting = connection, []
    try:
        yield
        _write_waiting(connection)
    finally:
        _of_thread.connection, _of_thread.waiting = before


def _waiting_on(connection: sa.Connection) -> list[tuple[PreparedStatement, Values]] | None:
    """None: what is written is written at once."""
    return _of_thread.waiting if _of_thread.connection is connection else None


def _write_waiting(connection: sa.Connection) -> None:
    if waiting := _waiting_on(connection):
        last, values = waiting.pop()
        last.run(connection, values)


class PreparedStatement:
    def __init__(
        self,
        statement: Any,
        columns: Collection[str] | None = None,
        schemas: Mapping[str | None, str | None] | None = None,
    ) -> None:
        """`columns`: those that it writes, where the statement does not say. `schemas`: by the tables' own."""
        self._statement = statement
        self._columns = columns
        self._schemas = schemas
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: sa.Connection, values: Values = NOTHING) -> int:
        """Returns the count of rows that it wrote."""
        run, given = self._joined(connection, values)
        return int(self._executed(connection, run, lambda cursor: run.once(cursor, given).rowcount))

    def write(self, connection: sa.Connection, values: Values = NOTHING) -> None:
        """As `run`, of what nobody asks for the count; see `together`."""
        waiting = _waiting_on(connection)
        if waiting is None:
            self.run(connection, values)
            return
        if any(one.table is self.table for one, _ in waiting):
            _write_waiting(connection)
        waiting.append((self, values))

    def run_all(self, connection: sa.Connection, many: Sequence[Values]) -> None:
        """Once for each."""
        run = self._for(connection.dialect)
        if many:
            self._executed(connection, run, lambda cursor: cursor.executemany(run.text, list(map(run.given, many))))

    def rows(self, connection: sa.Connection, values: Values = NOTHING) -> list[dict[str, Any]]:
        names = self._for(connection.dialect).names
        return [dict(zip(names, row, strict=True)) for row in self.tuples(connection, values)]

    def tuples(self, connection: sa.Connection, values: Values = NOTHING) -> Sequence[tuple[Any, ...]]:
        run, given = self._joined(connection, values)
        found: Sequence[tuple[Any, ...]]
        found = self._executed(connection, run, lambda cursor: run.once(cursor, given).fetchall())
        converts = run.results
        if not any(converts):
            return found
        return [
            tuple(value if convert is None else convert(value) for value, convert in zip(row, converts, strict=True))
            for row in found
        ]

    @property
    def table(self) -> object:
        """That it changes; None: it changes none."""
        return getattr(self._statement, "table", None)

    def _joined(self, connection: sa.Connection, values: Values) -> tuple[_Compiled, Values]:
        """With what waits on the connection."""
        waiting = _waiting_on(connection)
        if waiting and (self.table is None or any(one.table is self.table for one, _ in waiting)):
            _write_waiting(connection)
        if not waiting:
            return self._for(connection.dialect), values
        parts = tuple(one for one, _ in waiting)
        given = dict(values)
        for number, (_, its) in enumerate(waiting):
            given |= {f"{_part(number)}{name}": value for name, value in its.items()}
        waiting.clear()
        return _join(connection.dialect, parts, self), given

    def _executed(self, connection: sa.Connection, run: _Compiled, ask: Callable[[Any], Any]) -> Any:
        try:
            return ask(connection.connection.cursor())
        except connection.dialect.loaded_dbapi.Error as error:
            raise as_sqlalchemy(connection, run.text, error) from error

    def _for(self, dialect: sa.Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            # Of two threads that come at once either one's will do.
            found = self._compiled[dialect.name] = _compile(self._statement, dialect, self._columns, self._schemas)
        return found


class _Compiled(NamedTuple):
    text: str
    binds: Sequence[tuple[str, Convert, object]]
    """Name, how the driver wants it, and what it is if nothing is given."""
    is_positional: bool
    names: Sequence[str]
    results: Sequence[Convert]

    def once(self, cursor: Any, values: Values) -> Any:
        cursor.execute(self.text, self.given(values))
        return cursor

    def given(self, values: Values) -> Any:
        """A list, or a dictionary."""
        every = [
            (name, values.get(name, default) if convert is None else convert(values.get(name, default)))
            for name, convert, default in self.binds
        ]
        return [value for _, value in every] if self.is_positional else dict(every)


def _part(number: int) -> str:
    return f"part_{number}_"


@lru_cache(maxsize=256)
def _join(dialect: sa.Dialect, parts: tuple[PreparedStatement, ...], last: PreparedStatement) -> _Compiled:
    """One statement, which answers what the last one does."""
    main = last._for(dialect)  # noqa: SLF001  # of the same class
    binds, texts = list(main.binds), list[str]()
    for number, one in enumerate(parts):
        part, mark = one._for(dialect), _part(number)  # noqa: SLF001  # of the same class
        texts.append(f"{mark} AS ({part.text.replace('%(', f'%({mark}')})")
        binds += [(f"{mark}{name}", convert, default) for name, convert, default in part.binds]
    return main._replace(text=f"WITH {', '.join(texts)} {main.text}", binds=binds)


def _compile(
    statement: Any,
    dialect: sa.Dialect,
    columns: Collection[str] | None,
    schemas: Mapping[str | None, str | None] | None,
) -> _Compiled:
    named = {"schema_translate_map": schemas, "render_schema_translate": True} if schemas else {}
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None, **named)
    order = compiled.positiontup or list(compiled.params)
    binds = [(name, _to_driver(compiled.binds[name].type, dialect), compiled.params[name]) for name in order]
    answered = list(getattr(statement, "exported_columns", ()))
    return _Compiled(
        compiled.string,
        binds,
        compiled.positional,
        [one.key for one in answered],
        [_from_driver(one.type, dialect) for one in answered],
    )


def _to_driver(kind: Any, dialect: sa.Dialect) -> Convert:
    convert: Convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _from_driver(kind: Any, dialect: sa.Dialect) -> Convert:
    if isinstance(kind, sa.Float):  # the drivers know them, and SQLAlchemy would ask for the driver's name of the type
        return None
    convert: Convert = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def as_sqlalchemy(connection: sa.Connection, text: str, error: Any) -> Exception:
    """What SQLAlchemy itself would raise, without the values: they may be what people wrote.

    A connection that the driver has lost is not used again.
    """
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection, None)
    if is_gone:
        connection.invalidate(error)
    family = dialect.loaded_dbapi.Error
    told: Exception = DBAPIError.instance(text, None, error, family, connection_invalidated=is_gone, dialect=dialect)
    return told
