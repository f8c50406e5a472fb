"""Which service is down, for all workers together."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked, insert_into
from app.records.prepared import PreparedStatement
from app.records.tables import circuits


@dataclass(frozen=True, slots=True)
class Circuit:
    """Times are Unix seconds."""

    service: str
    state: Literal["closed", "open", "probing"] = "closed"
    at: float = 0.0
    """open: no call before that. probing: until then one of us finds out. closed: since then."""
    opened: float = 0.0
    probes: int = 0
    """Probes that failed since it opened."""
    next_return: float = 0.0
    """When the next call that is put off may come back."""


Change = Callable[[Circuit, float], Circuit | None]
"""From a circuit and the time to what it becomes; None: it stays as it is."""


_ALL = PreparedStatement(sa.select(circuits))


class Circuits(TableAccess):
    def all(self) -> dict[str, Circuit]:
        """Those that were ever open."""
        return {one.service: one for one in self._read(Circuit, _ALL)}

    def change(self, service: str, change: Change, now: float) -> Circuit | None:
        """What the circuit became, or None. Of two workers the second one sees what the first one made of it."""
        this = circuits.c.service == service
        with begin_locked(self._engine) as connection:
            insert = insert_into(self._engine, circuits).values(**asdict(Circuit(service)))
            connection.execute(insert.on_conflict_do_nothing())
            row = connection.execute(sa.select(circuits).where(this).with_for_update()).mappings().one()
            changed = change(Circuit(**row), now)
            if changed:
                connection.execute(sa.update(circuits).where(this).values(**asdict(changed)))
            return changed
