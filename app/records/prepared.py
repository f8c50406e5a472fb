"""Statements of the hot path: put together once, and given to the driver itself.

SQLAlchemy takes ten times as long around a statement as SQLite takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any] | None
Values = Mapping[str, object]
"""By column, or by the name of what is asked for."""
NOTHING: Values = {}


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
        return int(self._executed(connection, lambda cursor, run: run.once(cursor, values).rowcount))

    def run_all(self, connection: sa.Connection, many: Sequence[Values]) -> None:
        """Once for each."""
        if many:
            self._executed(connection, lambda cursor, run: cursor.executemany(run.text, list(map(run.given, many))))

    def rows(self, connection: sa.Connection, values: Values = NOTHING) -> list[dict[str, Any]]:
        names = self._for(connection.dialect).names
        return [dict(zip(names, row, strict=True)) for row in self.tuples(connection, values)]

    def tuples(self, connection: sa.Connection, values: Values = NOTHING) -> Sequence[tuple[Any, ...]]:
        found: Sequence[tuple[Any, ...]]
        found = self._executed(connection, lambda cursor, run: run.once(cursor, values).fetchall())
        converts = self._for(connection.dialect).results
        if not any(converts):
            return found
        return [
            tuple(value if convert is None else convert(value) for value, convert in zip(row, converts, strict=True))
            for row in found
        ]

    def _executed(self, connection: sa.Connection, ask: Callable[[Any, _Compiled], Any]) -> Any:
        compiled, driver = self._for(connection.dialect), connection.connection
        try:
            return ask(driver.cursor(), compiled)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(connection, compiled.text, error) from error

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


def _as_sqlalchemy(connection: sa.Connection, text: str, error: Any) -> Exception:
    """What SQLAlchemy itself would raise, without the values: they may be what people wrote."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection, None)
    if is_gone:
        connection.invalidate(error)
    family = dialect.loaded_dbapi.Error
    told: Exception = DBAPIError.instance(text, None, error, family, connection_invalidated=is_gone, dialect=dialect)
    return told
