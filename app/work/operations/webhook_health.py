"""When each source last sent something. A source that falls silent has mostly switched its webhook off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.records.progress import Progress

# Kept for all processes this often: one small write a minute, not one for each delivery.
KEEP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Listening:
    progress: Progress
    now: Callable[[], datetime]
    sources: tuple[str, ...]
    _heard: dict[str, datetime] = field(default_factory=dict)
    _kept: dict[str, datetime] = field(default_factory=dict)

    def heard(self, source: str) -> None:
        """A verified delivery came in, of interest or not."""
        self._heard[source] = self.now()

    def keep(self) -> None:
        """Write down what was heard, for all processes; called by the clock, because a door must not wait for it."""
        for source, at in list(self._heard.items()):
            if at - self._kept.get(source, at - KEEP_EVERY) >= KEEP_EVERY:
                self._kept[source] = at
                self.progress.reached(_name(source), "", now=at.isoformat())

    def last(self, source: str) -> datetime:
        """When any process heard it last; of a source that was never heard, when this was first asked."""
        kept = self.progress.of(_name(source))
        if kept is None:
            kept = self.progress.reached(_name(source), "", now=self.now().isoformat())
        at = datetime.fromisoformat(kept.at)
        return max(at, self._heard.get(source, at))

    def silent_for(self, source: str) -> timedelta:
        return self.now() - self.last(source)


def _name(source: str) -> str:
    return f"heard:{source}"
