"""The kill switch, as work sees it: what people have paused, and the work that waits until they resume."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.records.database import DatabaseError
from app.records.pauses import Pause, Pauses, What
from app.records.suspended_work import SuspendedWork
from app.work.jobs.attempt import retry_work
from app.work.jobs.fault import PAUSED
from app.work.messages import MESSAGES, CannotStore, Fault, Message, TicketMessage, Work

log = structlog.get_logger(__name__)

# A pause holds in all processes after this, plus the time of the step that runs.
LOOK_EVERY_SECONDS = 0.3
RESUMED_AT_ONCE = 200


@dataclass
class PauseSwitch:
    """Asked before each action, so what the database said is believed for a moment."""

    pauses: Pauses
    _known: list[Pause] = field(default_factory=list, init=False)
    _read_at: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def paused(self, what: What) -> Pause | None:
        return next((one for one in self.current() if one.what == what), None)

    def current(self) -> list[Pause]:
        """While the database does not answer, what it said last holds."""
        with self._lock:
            if time.monotonic() - self._read_at >= LOOK_EVERY_SECONDS:
                try:
                    self._known = self.pauses.current()
                except DatabaseError as error:
                    log.warning("pauses_not_read", cause=type(error).__name__)
                self._read_at = time.monotonic()
            return self._known

    def fault(self, what: What) -> Fault | None:
        """For a step that would do what is paused: its work is suspended, not tried again."""
        pause = self.paused(what)
        if pause is None:
            return None
        message = f"{pause.by} has paused what goes to GitLab"
        return Fault(service="pointsman", reason=PAUSED, message=message, retryable=True, outage=True)


@dataclass(frozen=True)
class Suspension:
    """Suspended work takes neither a place in the queue nor attempts; it goes on in its order."""

    suspended: SuspendedWork
    switch: PauseSwitch
    accept: Callable[[Sequence[Work]], object]
    now: Callable[[], datetime]

    def suspend(self, message: Message) -> None:
        """A step. Suspended twice by the same attempt, it waits once."""
        key = f"{message.run_id}!{message.generation}+{message.attempt}"
        self.suspended.keep("issues", key, message.model_dump(mode="json"), at=self.now().isoformat())
        ticket_id = message.ticket_id if isinstance(message, TicketMessage) else None
        log.info("work_suspended", key=message.key, ticket_id=ticket_id)

    def resume(self) -> None:
        """Called by the clock in every process: one key, one work, so that two may do it at once."""
        while not self.switch.paused("issues"):
            rows = self.suspended.oldest("issues", limit=RESUMED_AT_ONCE)
            if not rows:
                return
            try:
                self.accept([retry_work(MESSAGES.validate_python(row.payload), self.now()) for row in rows])
            except CannotStore:
                return
            self.suspended.delete([row.id for row in rows])
            log.info("suspended_work_resumed", works=len(rows))


def described(pause: Pause) -> str:
    """For people."""
    because = f": {pause.reason}" if pause.reason else ""
    return f"{pause.what} paused since {pause.since} by {pause.by}{because}"
