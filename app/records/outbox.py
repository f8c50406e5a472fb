"""Updates of tickets that are decided and not sent, because the budget for single ones is used up."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import outbox

OutboxState = Literal["waiting", "sent", "applied", "refused"]


@dataclass(frozen=True)
class OutboxEntry:
    run_id: str
    ticket_id: int
    work_key: str
    """Of the work that comes back for it, whatever happens to the update."""
    accepted_at: str
    bulk: bool
    change: dict[str, Any]
    tags: list[str]
    """For the decision, once it may have been sent."""
    state: OutboxState = "waiting"
    batch: str = ""
    until: float = 0.0
    """sent: past this (Unix seconds) its job is over, and the ticket's audits know what became of it."""


class OutboxEntries(TableAccess):
    def add(self, update: OutboxEntry) -> None:
        """In place of an earlier one of the same run."""
        values = asdict(update)
        self._insert_or_update(outbox, {"run_id": values.pop("run_id")}, values)

    def count(self) -> int:
        return self._count(outbox, outbox.c.state == "waiting")

    def oldest(self) -> str:
        """The run of the update that waits longest; empty: none waits."""
        column = outbox.c
        query = sa.select(column.run_id).where(column.state == "waiting").order_by(column.accepted_at, column.run_id)
        found = self._rows(query.limit(1))
        return found[0]["run_id"] if found else ""

    def of(self, run_id: str) -> OutboxEntry | None:
        return next(iter(self._where(outbox.c.run_id == run_id)), None)

    def of_ticket(self, ticket_id: int) -> list[OutboxEntry]:
        return self._where(outbox.c.ticket_id == ticket_id)

    def of_batch(self, batch: str) -> list[OutboxEntry]:
        return self._where(outbox.c.batch == batch)

    def claim(self, batch: str, *, most: int, at_least: int, until: float) -> list[OutboxEntry]:
        """The oldest that wait, those that people wait for first; none when there are fewer than `at_least`.

        One of each ticket: a job takes no two.
        """
        column, waits = outbox.c, outbox.c.state == "waiting"
        oldest = sa.select(column.ticket_id, column.run_id).where(waits)
        chosen = oldest.order_by(column.bulk, column.accepted_at, column.run_id).limit(most)
        with self._engine.begin() as connection:
            first: dict[int, str] = {}
            for ticket_id, run_id in connection.execute(chosen):
                first.setdefault(ticket_id, run_id)
            ids = list(first.values())
            if len(ids) < at_least:
                return []
            # Meanwhile one may have been taken back: its own work has the word.
            claimed = sa.update(outbox).where(column.run_id.in_(ids), waits)
            connection.execute(claimed.values(state="sent", batch=batch, until=until))
        return self.of_batch(batch)

    def unclaim(self, batch: str) -> None:
        """Nothing was sent."""
        self._set(outbox.c.batch == batch, state="waiting", batch="", until=0.0)

    def extend(self, batch: str, until: float) -> None:
        self._set(sa.and_(outbox.c.batch == batch, outbox.c.state == "sent"), until=until)

    def settle(self, run_ids: Collection[str], state: Literal["applied", "refused"]) -> None:
        self._set(outbox.c.run_id.in_(run_ids), state=state)

    def take_back(self, run_id: str) -> bool:
        """It waits no longer, because its work does it alone. False: it was sent already, or is gone."""
        column = outbox.c
        return self._change(sa.delete(outbox).where(column.run_id == run_id, column.state == "waiting")) == 1

    def drop(self, run_id: str) -> None:
        self._change(sa.delete(outbox).where(outbox.c.run_id == run_id))

    def _set(self, where: sa.ColumnElement[bool], **values: object) -> None:
        self._change(sa.update(outbox).where(where).values(**values))

    def _where(self, where: sa.ColumnElement[bool]) -> list[OutboxEntry]:
        return self._read(OutboxEntry, sa.select(outbox).where(where).order_by(outbox.c.accepted_at))
