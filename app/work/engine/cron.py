"""Work that comes round by the clock. Every process asks for it; the key makes it one piece of work for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.work.engine.engine import CannotStore, Work
from app.work.engine.queues import ROUND_KEYS

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Entry:
    name: str
    every: float
    """Seconds."""
    work: Callable[[str, datetime], Sequence[Work]]
    """Takes the round's key, which is the same in every process, and the time."""


class Schedule:
    def __init__(
        self,
        entries: Sequence[Entry],
        accept: Callable[[Sequence[Work]], object],
        now: Callable[[], datetime],
        each_look: Sequence[Callable[[], None]] = (),
    ) -> None:
        """`each_look`: what every process does for itself, once a second."""
        self._entries = entries
        self._accept = accept
        self._now = now
        self._each_look = each_look
        self._done: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="schedule")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def due(self) -> None:
        """Queue whatever is due and was not queued by this process yet."""
        now = self._now()
        for entry in self._entries:
            round_ = int(now.timestamp() // entry.every)
            if self._done.get(entry.name) == round_:
                continue
            try:
                self._accept(entry.work(f"{ROUND_KEYS}{entry.name}:{round_}", now))
            except CannotStore as error:
                log.warning("schedule_not_stored", entry=entry.name, cause=str(error))
            else:
                self._done[entry.name] = round_

    def _run(self) -> None:
        while True:
            try:
                self.due()
                for look in self._each_look:
                    look()
            except Exception:  # one bad entry must not end the clock for all
                log.exception("schedule_failed")
            if self._stopping.wait(LOOK_EVERY_SECONDS):
                return
