"""Work that is queued by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.work.engine.cron import Cron, CronEntry
from app.work.messages import CannotStore

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Process:
    """One process's cron, on a clock of its own; `queued`: the keys that it asked for."""

    now: datetime = START
    refused: int = 0
    queued: list[str] = field(default_factory=list)

    def cron(self, *entries: tuple[str, float]) -> Cron:
        return Cron([CronEntry(name, every, _keys) for name, every in entries], self._accept, lambda: self.now)

    def _accept(self, works: Sequence[Any]) -> None:
        if self.refused:
            self.refused -= 1
            raise CannotStore("the database is away")
        self.queued += works


def _keys(key: str, _now: datetime) -> Any:
    """A key stands in for the work."""
    return [key]


def test_each_entry_is_queued_once_in_its_interval() -> None:
    process = Process()
    cron = process.cron(("sync", 60), ("prune", 600))
    for _ in range(150):
        cron.queue_due()
        process.now += timedelta(seconds=1)
    names = [key.split(":")[1] for key in process.queued]
    assert (names.count("sync"), names.count("prune")) == (3, 1)


def test_all_processes_ask_for_the_same_work() -> None:
    one, other = Process(), Process(now=START + timedelta(seconds=20))
    for process in (one, other):
        process.cron(("sync", 60)).queue_due()
    assert one.queued == other.queued


def test_what_could_not_be_stored_is_asked_for_again_and_holds_no_other_entry_up() -> None:
    process = Process(refused=1)
    cron = process.cron(("sync", 60), ("prune", 60))
    cron.queue_due()
    assert [key.split(":")[1] for key in process.queued] == ["prune"]
    cron.queue_due()
    assert [key.split(":")[1] for key in process.queued] == ["prune", "sync"]
