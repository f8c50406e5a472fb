"""What could not be done: kept until a person has dealt with it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, upsert
from app.records.tables import failures


@dataclass(frozen=True)
class Failure:
    key: str
    source: str
    ticket_id: int | None
    step: str
    reason: str
    message: str
    attempts: int
    payload: dict[str, Any] | None
    """What is needed to try again; never the text of a ticket."""
    failed_at: str
    state: str = "open"
    """`open`, `retried` or `ignored`."""
    because: str = ""
    """Why a person ignores it."""
    id: int | None = None


# As text: what holds none is null for JSON or for SQL.
_HOLDS_WORK = sa.func.coalesce(sa.cast(failures.c.payload, sa.Text), "null") != "null"


@dataclass(frozen=True)
class Cause:
    """Open failures with one cause."""

    source: str
    step: str
    reason: str
    count: int
    can_retry: int
    """Those that hold work."""
    first_at: str
    last_at: str
    newest_id: int
    message: str
    """Of the newest."""


class Failures(TableAccess):
    def add(self, failure: Failure) -> None:
        """Keep it; one that is known by its key is updated, so that a repeat does not make a second one."""
        with begin_locked(self._engine) as connection:
            self.add_within(connection, failure)

    @staticmethod
    def add_within(connection: sa.Connection, failure: Failure) -> None:
        """As `add`, once the caller commits."""
        values = {name: getattr(failure, name) for name in Failure.__dataclass_fields__ if name not in {"id", "key"}}
        upsert(connection, failures, {"key": failure.key}, values)

    def add_again(self, failure: Failure) -> None:
        """Of what fails periodically: one failure that counts its attempts. One that people ignore stays ignored."""
        with begin_locked(self._engine) as connection:
            mine = sa.select(failures).where(failures.c.key == failure.key)
            before = connection.execute(mine.with_for_update()).mappings().first()
            if before is not None:
                stays = {"state": before["state"], "because": before["because"]} if before["state"] == "ignored" else {}
                failure = replace(failure, attempts=before["attempts"] + failure.attempts, **stays)
            self.add_within(connection, failure)

    def by_id(self, failure_id: int) -> Failure | None:
        return self._first(Failure, sa.select(failures).where(failures.c.id == failure_id))

    def by_key(self, key: str) -> Failure | None:
        return self._first(Failure, sa.select(failures).where(failures.c.key == key))

    def newest(self, *, limit: int, state: str | None = "open", since: str = "") -> list[Failure]:
        """The newest first. `state` None: in any; `since`: failed at that time or later."""
        query = sa.select(failures).where(failures.c.failed_at >= since)
        if state is not None:
            query = query.where(failures.c.state == state)
        return self._read(Failure, query.order_by(failures.c.failed_at.desc(), failures.c.id.desc()).limit(limit))

    def page(
        self,
        *,
        cause: tuple[str, str, str] | None = None,
        state: str | None = None,
        before: tuple[str, int] | None = None,
        limit: int,
    ) -> list[Failure]:
        """The newest first. `cause`: source, step and reason; `before`: when the last page's end failed, and its id."""
        by = (failures.c.source, failures.c.step, failures.c.reason)
        which = [column == value for column, value in zip(by, cause, strict=True)] if cause else []
        if state is not None:
            which.append(failures.c.state == state)
        at = (failures.c.failed_at, failures.c.id)
        if before is not None:
            which.append(sa.tuple_(*at) < sa.tuple_(*map(sa.literal, before)))
        query = sa.select(failures).where(*which).order_by(*(column.desc() for column in at))
        return self._read(Failure, query.limit(limit))

    def of_ticket(self, ticket_id: int, *, limit: int = 50) -> list[Failure]:
        """In any state, the newest first."""
        query = sa.select(failures).where(failures.c.ticket_id == ticket_id)
        return self._read(Failure, query.order_by(failures.c.id.desc()).limit(limit))

    def open_of_ticket(self, ticket_id: int, reason: str) -> list[Failure]:
        of_ticket = (failures.c.ticket_id == ticket_id, failures.c.reason == reason, failures.c.state == "open")
        return self._read(Failure, sa.select(failures).where(*of_ticket).order_by(failures.c.id))

    def causes(self) -> list[Cause]:
        """Of the open ones, what failed last first."""
        by = (failures.c.source, failures.c.step, failures.c.reason)
        grouped = (
            sa.select(
                *by,
                sa.func.count().label("count"),
                sa.func.count(sa.case((_HOLDS_WORK, 1))).label("can_retry"),
                sa.func.min(failures.c.failed_at).label("first_at"),
                sa.func.max(failures.c.failed_at).label("last_at"),
                sa.func.max(failures.c.id).label("newest_id"),
            )
            .where(failures.c.state == "open")
            .group_by(*by)
            .subquery()
        )
        query = sa.select(grouped, failures.c.message).join(failures, failures.c.id == grouped.c.newest_id)
        return self._read(Cause, query.order_by(grouped.c.last_at.desc(), grouped.c.newest_id.desc()))

    def of_cause(
        self, source: str, step: str, reason: str, *, upto: int, limit: int, holding_work: bool = False
    ) -> list[Failure]:
        """Open ones with this cause and an id up to `upto`, the oldest first."""
        cause = (failures.c.source == source, failures.c.step == step, failures.c.reason == reason)
        which = [*cause, failures.c.state == "open", failures.c.id <= upto]
        if holding_work:
            which.append(_HOLDS_WORK)
        return self._read(Failure, sa.select(failures).where(*which).order_by(failures.c.id).limit(limit))

    def open_since(self, since: str, *, after: int, limit: int) -> list[Failure]:
        """Open ones that failed at that time or later, the oldest first; `after`: the id where the last page ended."""
        which = (failures.c.state == "open", failures.c.failed_at >= since, failures.c.id > after)
        return self._read(Failure, sa.select(failures).where(*which).order_by(failures.c.id).limit(limit))

    def forget_mention(self, source: str, ids: Collection[str]) -> None:
        """A delivery that is kept to be retried goes on without it."""
        with begin_locked(self._engine) as connection:
            mine = sa.select(failures).where(failures.c.source == "mentions").with_for_update()
            for row in connection.execute(mine).mappings().all():
                payload = row["payload"] or {}
                kept = [one for one in payload.get("mentions", ()) if one["source"] != source or one["id"] not in ids]
                if len(kept) < len(payload.get("mentions", ())):
                    values = {"payload": {**payload, "mentions": kept}}
                    connection.execute(sa.update(failures).where(failures.c.id == row["id"]).values(**values))

    def ignore(self, failure_id: int, because: str) -> bool:
        """Whether it was open: what is being tried again is not ignored under its work's hands."""
        is_open = (failures.c.id == failure_id, failures.c.state == "open")
        return self._change(sa.update(failures).where(*is_open).values(state="ignored", because=because)) > 0

    @staticmethod
    def mark_retried(connection: sa.Connection, failure_ids: Collection[int]) -> None:
        """Once the caller commits."""
        values = {"state": "retried", "because": ""}
        connection.execute(sa.update(failures).where(failures.c.id.in_(failure_ids)).values(**values))

    def counted_since(self, moment: str) -> dict[tuple[str, str], int]:
        """How many failed since then, by source and reason."""
        by = (failures.c.source, failures.c.reason)
        counted = sa.select(*by, sa.func.count()).where(failures.c.failed_at > moment).group_by(*by)
        with self._engine.connect() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(counted)}

    def count_open(self) -> int:
        return self._count(failures, failures.c.state == "open")

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` that are older and dealt with; returns the count. Open ones stay."""
        old = sa.and_(failures.c.failed_at < before, failures.c.state != "open")
        return self._delete_some(failures, old, limit=limit)
