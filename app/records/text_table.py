"""A table of texts that are searched by words and by meaning: every process keeps an index of its rows in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Generic, Protocol

import sqlalchemy as sa

from app.records.database import Row, TableAccess, as_dataclass, insert_into

WRITTEN_AT_ONCE = 100


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


class TextTable(TableAccess, Generic[Row]):
    """The columns `title`, `description`, `seen_at`, `vector` and `vector_of`, beside a subclass's own."""

    table: ClassVar[sa.Table]
    row: ClassVar[type[Any]]
    embedded_first: ClassVar[tuple[sa.ColumnElement[Any], ...]]
    """The order in which rows get their vector: those first that are looked for most."""

    def save(self, rows: Sequence[Row]) -> None:
        """Insert or replace. The vector is dropped where the text changed, and kept where it did not."""
        table, key = self.table, [one.name for one in self.table.primary_key.columns]
        for start in range(0, len(rows), WRITTEN_AT_ONCE):  # each by itself: others write as well
            new = [asdict(one) for one in rows[start : start + WRITTEN_AT_ONCE]]  # type: ignore[call-overload]
            without_vector = [{**one, "vector": None, "vector_of": ""} for one in new]
            insert = insert_into(self._engine, table).values(without_vector)
            same = sa.and_(*(table.c[name] == insert.excluded[name] for name in ("title", "description")))
            values: dict[str, Any] = {name: insert.excluded[name] for name in new[0] if name not in key}
            values["vector"] = sa.case((same, table.c.vector), else_=sa.null())
            values["vector_of"] = sa.case((same, table.c.vector_of), else_="")
            self._change(insert.on_conflict_do_update(index_elements=key, set_=values))

    def changed_since(self, seen_at: str, *, batch: int = 500) -> Iterator[list[Row]]:
        """Rows written at or after that time, in the order they were written."""
        order = [self.table.c.seen_at, *self.table.primary_key.columns]
        after = self.table.c.seen_at >= seen_at
        while found := self._rows(sa.select(self.table).where(after).order_by(*order).limit(batch)):
            yield [as_dataclass(self.row, one) for one in found]
            if len(found) < batch:
                return
            after = sa.tuple_(*order) > sa.tuple_(*(found[-1][column.name] for column in order))

    def without_vector(self, encoder: str, *, limit: int) -> list[Row]:
        query = sa.select(self.table).where(self.table.c.vector_of != encoder)
        return self._read(self.row, query.order_by(*self.embedded_first).limit(limit))

    def add_vectors(self, encoder: str, vectors: Sequence[tuple[Row, bytes]], *, now: str) -> None:
        """`now`: by which the processes see that there is something new."""
        names = [one.name for one in self.table.primary_key.columns]
        with self._engine.begin() as connection:
            for row, vector in vectors:
                this = (self.table.c[name] == getattr(row, name) for name in names)
                change = sa.update(self.table).where(*this)
                connection.execute(change.values(vector=vector, vector_of=encoder, seen_at=now))

    def count(self) -> int:
        return self._count(self.table)
