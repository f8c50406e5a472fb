"""Queues work by the clock. Every process does; the key makes it one piece of work for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.work.engine.queues import CRON_KEYS
from app.work.messages import CannotStore, Work

log = structlog.get_logger(__name__)

CRON_SECONDS = 1.0
"""How often each process looks what is due."""


@dataclass(frozen=True)
class CronEntry:
    name: str
    every: float
    """Seconds."""
    work: Callable[[str, datetime], Sequence[Work]]
    """Takes the run's key, which is the same in every process, and the time."""


@dataclass
class Cron:
    entries: Sequence[CronEntry]
    accept: Callable[[Sequence[Work]], object]
    now: Callable[[], datetime]
    _queued: dict[str, int] = field(default_factory=dict, init=False)
    """The number of the last run that this process queued, by the entry's name."""

    def queue_due(self) -> None:
        """Queue whatever is due and was not queued by this process yet."""
        now = self.now()
        for entry in self.entries:
            number = int(now.timestamp() // entry.every)
            if self._queued.get(entry.name) == number:
                continue
            try:
                self.accept(entry.work(f"{CRON_KEYS}{entry.name}:{number}", now))
            except CannotStore as error:
                log.warning("cron_not_stored", entry=entry.name, cause=str(error))
            else:
                self._queued[entry.name] = number
