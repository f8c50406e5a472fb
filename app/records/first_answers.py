"""When each ticket was created and first answered, and by whom: how long people wait."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

import sqlalchemy as sa

from app.records.database import TableAccess, insert_into
from app.records.tables import first_answers

AnsweredBy = Literal["person", "us", ""]


class FirstAnswer(NamedTuple):
    """As small as can be: one page reads a month of them."""

    ticket_id: int
    channel: str
    """Empty: nothing was decided about it."""
    created_at: str
    answered_at: str | None = None
    """None: not yet, or it was solved without an answer."""
    answered_by: AnsweredBy = ""
    solved_at: str | None = None

    @property
    def is_open(self) -> bool:
        """Somebody waits."""
        return self.answered_at is None and self.solved_at is None


_COLUMNS = [first_answers.c[name] for name in FirstAnswer._fields]


class FirstAnswers(TableAccess):
    def of(self, tickets: Collection[int]) -> dict[int, FirstAnswer]:
        return {one.ticket_id: one for one in self._select(first_answers.c.ticket_id.in_(sorted(tickets)))}

    def save(self, rows: Sequence[FirstAnswer]) -> None:
        if not rows:
            return
        insert = insert_into(self._engine, first_answers)
        names = [column.name for column in _COLUMNS if column.name != "ticket_id"]
        changed = insert.on_conflict_do_update(
            index_elements=["ticket_id"], set_={name: insert.excluded[name] for name in names}
        )
        with self._engine.begin() as connection:
            connection.execute(changed, [one._asdict() for one in rows])

    def created_between(self, since: str, until: str, channel: str = "") -> list[FirstAnswer]:
        which: list[sa.ColumnElement[bool]] = [first_answers.c.created_at >= since, first_answers.c.created_at < until]
        if channel:
            which.append(first_answers.c.channel == channel)
        return self._select(*which)

    def waiting(self, channel: str = "") -> list[FirstAnswer]:
        """Neither answered nor solved, the oldest first."""
        which: list[sa.ColumnElement[bool]] = [
            first_answers.c.answered_at.is_(None),
            first_answers.c.solved_at.is_(None),
        ]
        if channel:
            which.append(first_answers.c.channel == channel)
        return self._select(*which)

    def _select(self, *which: sa.ColumnElement[bool]) -> list[FirstAnswer]:
        query = sa.select(*_COLUMNS).where(*which).order_by(first_answers.c.created_at)
        with self._reader.connect() as connection:
            # As the driver has them: there are thousands, and nothing in them needs to be converted.
            cursor = connection.execute(query).cursor
            return list(map(FirstAnswer._make, cursor.fetchall())) if cursor else []

    def forget(self, tickets: Iterable[int]) -> int:
        """Of tickets that were deleted: nobody waits for them. How many there were."""
        return self._change(sa.delete(first_answers).where(first_answers.c.ticket_id.in_(sorted(tickets))))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count. One that nobody has answered stays."""
        ended = first_answers.c.answered_at.is_not(None) | first_answers.c.solved_at.is_not(None)
        return self._delete_some(first_answers, sa.and_(first_answers.c.created_at < before, ended), limit=limit)
