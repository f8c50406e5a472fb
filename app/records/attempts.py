"""Every try that did not succeed, by run: when, at which step, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app.records.statements import delete_some, insert_into
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


class Attempts:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, attempt: Attempt) -> None:
        """Once, however often the step that says so is run again."""
        with self._engine.begin() as connection:
            connection.execute(
                insert_into(self._engine, attempts)
                .values(**asdict(attempt))
                .on_conflict_do_nothing(index_elements=["run", "generation", "number"])
            )

    def of(self, runs: Sequence[str]) -> dict[str, list[Attempt]]:
        """By run, the oldest first."""
        query = (
            sa.select(attempts)
            .where(attempts.c.run.in_(runs))
            .order_by(attempts.c.run, attempts.c.generation, attempts.c.number)
        )
        found: dict[str, list[Attempt]] = defaultdict(list)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                found[row["run"]].append(Attempt(**{name: row[name] for name in Attempt.__dataclass_fields__}))
        return found

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count. What a failure shows goes with it."""
        shown = sa.exists().where(failures.c.key == attempts.c.run)
        return delete_some(self._engine, attempts, sa.and_(attempts.c.at < before, ~shown), limit=limit)
