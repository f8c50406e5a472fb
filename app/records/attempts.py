"""Every try that did not succeed, by run: when, at which step, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import attempts, failures


@dataclass(frozen=True)
class Attempt:
    run: str
    generation: int
    """0, and one more for each retry by hand."""
    number: int
    """From 1 in each generation."""
    step: str
    source: str
    reason: str
    message: str
    at: str


class Attempts(TableAccess):
    def add(self, attempt: Attempt) -> None:
        """Once, however often the step that says so is run again."""
        self._insert_once(attempts, ["run", "generation", "number"], asdict(attempt))

    def of(self, runs: Sequence[str]) -> dict[str, list[Attempt]]:
        """By run, the oldest first."""
        query = sa.select(attempts).where(attempts.c.run.in_(runs))
        ordered = query.order_by(attempts.c.run, attempts.c.generation, attempts.c.number)
        found: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in self._read(Attempt, ordered):
            found[attempt.run].append(attempt)
        return found

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count. What a failure shows goes with it."""
        shown = sa.exists().where(failures.c.key == attempts.c.run)
        return self._delete_some(attempts, sa.and_(attempts.c.at < before, ~shown), limit=limit)
