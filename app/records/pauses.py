"""What people have paused: one row each, which all processes look at."""

from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.prepared import PreparedStatement
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


_CURRENT = PreparedStatement(sa.select(pauses).order_by(pauses.c.what))


class Pauses(TableAccess):
    def set(self, pause: Pause) -> None:
        """Paused again: who asked last counts, and when it began stays."""
        changed = {"by": pause.by, "reason": pause.reason}
        self._insert_or_update(pauses, {"what": pause.what}, changed, {"since": pause.since})

    def lift(self, what: What | None) -> list[Pause]:
        """None: all there are. What was lifted."""
        lifted = [one for one in self.current() if what in {None, one.what}]
        self._change(sa.delete(pauses).where(pauses.c.what.in_([one.what for one in lifted])))
        return lifted

    def current(self) -> list[Pause]:
        return self._read(Pause, _CURRENT)
