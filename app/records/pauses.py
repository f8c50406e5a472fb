"""What people have paused: one row each, which all processes look at."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

import sqlalchemy as sa

from app.records.database import TableAccess, insert_into
from app.records.tables import pauses

What = Literal["all", "issues", "replies"]
"""`all`: no work begins. `issues`: nothing is opened, linked or noted in GitLab. `replies`: none is sent."""
WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True)
class Pause:
    what: What
    since: str
    by: str
    reason: str


class Pauses(TableAccess):
    def set(self, pause: Pause) -> None:
        """Paused again: who asked last counts, and when it began stays."""
        values = asdict(pause)
        changed = {name: values[name] for name in ("by", "reason")}
        insert = insert_into(self._engine, pauses).values(**values)
        self._change(insert.on_conflict_do_update(index_elements=["what"], set_=changed))

    def lift(self, what: What | None) -> list[Pause]:
        """None: all there are. What was lifted."""
        lifted = [one for one in self.current() if what in {None, one.what}]
        self._change(sa.delete(pauses).where(pauses.c.what.in_([one.what for one in lifted])))
        return lifted

    def current(self) -> list[Pause]:
        return self._read(Pause, sa.select(pauses).order_by(pauses.c.what))
