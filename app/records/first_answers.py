"""When each ticket was created and first answered, and by whom: how long people wait."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, insert_into
from app.records.tables import first_answers

AnsweredBy = Literal["person", "us", ""]


class FirstAnswer(NamedTuple):
    """Of one ticket."""

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


class AnsweredTickets(NamedTuple):
    """Tickets of one day and channel that the same answered."""

    day: str
    channel: str
    answered_by: AnsweredBy
    tickets: int
    waited: tuple[int, ...]
    """Seconds until the answer, of each that was answered."""
    open_since: tuple[str, ...]
    """When those that still wait were created."""


_COLUMNS = [first_answers.c[name] for name in FirstAnswer._fields]


class FirstAnswers(TableAccess):
    def of(self, tickets: Collection[int]) -> dict[int, FirstAnswer]:
        return {one.ticket_id: one for one in self._select(first_answers.c.ticket_id.in_(sorted(tickets)))}

    def save(self, rows: Sequence[FirstAnswer]) -> None:
        if not rows:
            return
        insert = insert_into(self._engine, first_answers)
        names = [name for name in (*FirstAnswer._fields, "waited_seconds") if name != "ticket_id"]
        changed = insert.on_conflict_do_update(
            index_elements=["ticket_id"], set_={name: insert.excluded[name] for name in names}
        )
        with begin_locked(self._engine) as connection:
            connection.execute(changed, [{**one._asdict(), "waited_seconds": _waited(one)} for one in rows])

    def created_between(self, since: str, until: str, channel: str = "") -> list[AnsweredTickets]:
        """Put together by the database: for thousands of tickets Python gets a few hundred rows."""
        rows = first_answers.c
        which: list[sa.ColumnElement[bool]] = [rows.created_at >= since, rows.created_at < until]
        if channel:
            which.append(rows.channel == channel)
        day = sa.func.substr(rows.created_at, 1, len("2026-01-31")).label("day")
        is_open = sa.and_(rows.waited_seconds.is_(None), rows.solved_at.is_(None))
        waited = sa.func.aggregate_strings(sa.cast(rows.waited_seconds, sa.String), ",")
        open_since = sa.func.aggregate_strings(sa.case((is_open, rows.created_at)), ",")
        query = sa.select(day, rows.channel, rows.answered_by, sa.func.count(), waited, open_since)
        with self._reader.connect() as connection:
            found = connection.execute(query.where(*which).group_by(day, rows.channel, rows.answered_by)).all()
        return [
            AnsweredTickets(day_, channel_, by, tickets, tuple(map(int, _parts(seconds))), tuple(_parts(created)))
            for day_, channel_, by, tickets, seconds, created in found
        ]

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
            # As the driver has them: nothing in them needs to be converted.
            cursor = connection.execute(query).cursor
            return list(map(FirstAnswer._make, cursor.fetchall())) if cursor else []

    def forget(self, tickets: Iterable[int]) -> int:
        """Of tickets that were deleted: nobody waits for them. How many there were."""
        return self._change(sa.delete(first_answers).where(first_answers.c.ticket_id.in_(sorted(tickets))))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count. One that nobody has answered stays."""
        ended = first_answers.c.answered_at.is_not(None) | first_answers.c.solved_at.is_not(None)
        return self._delete_some(first_answers, sa.and_(first_answers.c.created_at < before, ended), limit=limit)


def _waited(one: FirstAnswer) -> int | None:
    if one.answered_at is None:
        return None
    took = datetime.fromisoformat(one.answered_at) - datetime.fromisoformat(one.created_at)
    return max(0, int(took.total_seconds()))


def _parts(listed: str | None) -> list[str]:
    return listed.split(",") if listed else []
