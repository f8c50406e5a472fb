"""What work on a ticket asked of other services: each call with its answer and how long it took."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

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


class MadeCalls(TableAccess):
    @staticmethod
    def add_within(connection: sa.Connection, ticket_id: int, run_id: str, made: Sequence[MadeCall]) -> None:
        """In one statement, once the caller commits."""
        whose = {"ticket_id": ticket_id, "run_id": run_id}
        connection.execute(
            sa.insert(calls), [{**asdict(one), "what": one.what[:LONGEST_WHAT], **whose} for one in made]
        )

    def of_ticket(self, ticket_id: int) -> list[CallOfRun]:
        """The newest ones, the oldest of them first."""
        newest = sa.select(calls).where(calls.c.ticket_id == ticket_id).order_by(calls.c.id.desc())
        return self._read(CallOfRun, newest.limit(MOST_OF_TICKET))[::-1]

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count."""
        return self._delete_some(calls, calls.c.at < before, limit=limit)
