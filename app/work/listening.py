"""When each source last sent something. A source that falls silent has mostly switched its webhook off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.metrics import LAST_SEEN
from app.records.progress import Progress

# Kept for all processes this often: one small write a minute, not one for each delivery.
KEEP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Listening:
    progress: Progress
    now: Callable[[], datetime]
    _heard: dict[str, datetime] = field(default_factory=dict)
    _kept: dict[str, datetime] = field(default_factory=dict)

    def heard(self, source: str) -> None:
        """A verified delivery came in, of interest or not."""
        self._heard[source] = self.now()
        LAST_SEEN.labels(source).set(self._heard[source].timestamp())

    def keep(self) -> None:
        """Write down what was heard, for all processes; called by the clock, because a door must not wait for it."""
        for source, at in list(self._heard.items()):
            if at - self._kept.get(source, at - KEEP_EVERY) >= KEEP_EVERY:
                self._kept[source] = at
                self.progress.reached(_name(source), "", now=at.isoformat())

    def silent_for(self, source: str) -> timedelta:
        """Counted from the first question, for a source that was never heard."""
        last = self.progress.of(_name(source))
        if last is None:
            self.progress.reached(_name(source), "", now=self.now().isoformat())
            return timedelta()
        return self.now() - datetime.fromisoformat(last.at)


def _name(source: str) -> str:
    return f"heard:{source}"
