"""What work on a ticket asked of other services: each call with its answer and how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import calls

LONGEST_WHAT = 255
MOST_OF_TICKET = 500


@dataclass(frozen=True)
class MadeCall:
    service: str
    what: str
    """Method and path."""
    status: int | None
    """None: there was no answer."""
    ms: int
    at: str


@dataclass(frozen=True)
class CallOfRun(MadeCall):
    run_id: str


class CallsOfRun(NamedTuple):
    ticket_id: int
    run_id: str
    made: Sequence[MadeCall]


class MadeCalls(TableAccess):
    @classmethod
    def add_within(cls, connection: sa.Connection, ticket_id: int, run_id: str, made: Sequence[MadeCall]) -> None:
        """Once the caller commits."""
        cls.add_all_within(connection, [CallsOfRun(ticket_id, run_id, made)])

    @staticmethod
    def add_all_within(connection: sa.Connection, runs: Sequence[CallsOfRun]) -> None:
        """The same; of some hundred runs at most."""
        rows = [
            {**vars(one), "what": one.what[:LONGEST_WHAT], "ticket_id": run.ticket_id, "run_id": run.run_id}
            for run in runs
            for one in run.made
        ]
        if rows:
            connection.execute(sa.insert(calls), rows)

    def of_ticket(self, ticket_id: int) -> list[CallOfRun]:
        """The newest ones, the oldest of them first. Those of a run are there a second or two after its end."""
        newest = sa.select(calls).where(calls.c.ticket_id == ticket_id).order_by(calls.c.id.desc())
        found = self._read(CallOfRun, newest.limit(MOST_OF_TICKET))
        found.reverse()
        # Processes write them down some time later: not in the order in which they were made.
        return sorted(found, key=lambda one: one.at)

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        return self._delete_some(calls, calls.c.at < before, limit=limit)
