"""The kill switch, as work sees it: what people have paused, and the work that waits until they resume."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.records.database import DatabaseError
from app.records.held import HeldWork
from app.records.pauses import Pause, Pauses, What
from app.work.engine.engine import JSON, CannotStore, Work
from app.work.jobs.attempt import retry_work, run_of
from app.work.jobs.retry_policy import Fault

log = structlog.get_logger(__name__)

# A pause holds in all processes after this, plus the time of the step that runs.
LOOK_EVERY_SECONDS = 0.3
RELEASED_AT_ONCE = 200
PAUSED = "paused"


@dataclass
class Pausing:
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
        """For a step that would do what is paused: it is to be held, not tried again."""
        pause = self.paused(what)
        if pause is None:
            return None
        return Fault("pointsman", PAUSED, f"{pause.by} has paused what goes to GitLab", retryable=True, outage=True)


@dataclass(frozen=True)
class Holding:
    """Held work takes neither a place in the queue nor tries; it goes on in its order."""

    held: HeldWork
    pausing: Pausing
    accept: Callable[[Sequence[Work]], object]
    now: Callable[[], datetime]

    def hold(self, payload: JSON) -> JSON:
        """A step. Held twice by the same try, it waits once."""
        key = f"{run_of(payload)}!{payload.get('life', 0)}+{payload['attempt']}"
        self.held.keep("issues", key, payload, at=self.now().isoformat())
        log.info("work_held", key=payload["key"], ticket_id=payload.get("ticket_id"))
        return {"ended": "held until people resume"}

    def release(self) -> None:
        """Called by the clock in every process: one key, one work, so that two may do it at once."""
        while not self.pausing.paused("issues"):
            rows = self.held.oldest("issues", limit=RELEASED_AT_ONCE)
            if not rows:
                return
            try:
                self.accept([retry_work(row.payload, self.now()) for row in rows])
            except CannotStore:
                return
            self.held.forget([row.id for row in rows])
            log.info("held_work_released", works=len(rows))


def said(pause: Pause) -> str:
    """For people."""
    because = f": {pause.reason}" if pause.reason else ""
    return f"{pause.what} paused since {pause.since} by {pause.by}{because}"
