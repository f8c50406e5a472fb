"""Which service is down, for all workers together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from app.records.inserting import insert_into
from app.records.tables import circuits

PROBE_TAKES_SECONDS = 1.0

State = Literal["closed", "open", "probing"]


@dataclass(frozen=True, slots=True)
class Circuit:
    """Times are Unix seconds."""

    service: str
    state: State
    at: float
    """open: no call before that. probing: until then one of us finds out. closed: since then."""
    opened: float
    probes: int
    """Probes that failed since it opened."""
    next_return: float
    """When the next call that is put off may come back."""


class Circuits:
    """Every change says what it expects to find, so of two workers one makes it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._greatest = sa.func.max if engine.dialect.name == "sqlite" else sa.func.greatest

    def all(self) -> dict[str, Circuit]:
        with self._engine.connect() as connection:
            return {row["service"]: Circuit(**row) for row in connection.execute(sa.select(circuits)).mappings()}

    def open(self, service: str, *, now: float, until: float) -> bool:
        """From closed. False: it is open already."""
        values = {"state": "open", "at": until, "opened": now, "probes": 0}
        insert = insert_into(self._engine, circuits).values(service=service, next_return=0.0, **values)
        query = insert.on_conflict_do_update(
            index_elements=["service"], set_=values, where=circuits.c.state == "closed"
        ).returning(circuits.c.service)
        with self._engine.begin() as connection:
            return connection.execute(query).first() is not None

    def probe(self, service: str, *, now: float, until: float) -> bool:
        """May I ask whether it is back? One may, and another one if nothing was heard of the first until `until`."""
        return self._change(
            sa.update(circuits)
            .where(circuits.c.service == service, circuits.c.state.in_(("open", "probing")), circuits.c.at <= now)
            .values(state="probing", at=until)
        )

    def failed(self, service: str, *, until: float) -> bool:
        """The probe did not get an answer."""
        return self._change(
            sa.update(circuits)
            .where(circuits.c.service == service, circuits.c.state == "probing")
            .values(state="open", at=until, probes=circuits.c.probes + 1)
        )

    def close(self, service: str, *, now: float) -> bool:
        """The probe was answered."""
        return self._change(
            sa.update(circuits)
            .where(circuits.c.service == service, circuits.c.state == "probing")
            .values(state="closed", at=now)
        )

    def wait(self, service: str, *, now: float, per_second: float) -> float | None:
        """Seconds until this call may come back, after all that were put off before. None: the circuit is closed."""
        column = circuits.c
        # A probe that is under way mostly has its answer soon, long before `at`.
        soonest = sa.case((column.state == "open", column.at), else_=now + PROBE_TAKES_SECONDS)
        begins = self._greatest(self._greatest(column.next_return, soonest), now)
        query = (
            sa.update(circuits)
            .where(column.service == service, column.state != "closed")
            .values(next_return=begins + 1.0 / per_second)
            .returning(column.next_return)
        )
        with self._engine.begin() as connection:
            following = connection.execute(query).scalar()
        return None if following is None else max(0.0, float(following) - 1.0 / per_second - now)

    def _change(self, query: sa.Update) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(query).rowcount == 1
