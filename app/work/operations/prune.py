"""Work that drops what is too old by `retention:` of routing.yaml: a little each hour, and a handful at a time.

SQLite has one writer. After each handful it is left alone for as long as that took, so that all others get their turn.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.records.pruning import Dropped
from app.records.records import Records
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.engine.retention import EndedWork
from app.work.jobs.attempt import payload_of
from app.work.jobs.job import Jobs

log = structlog.get_logger(__name__)

WORKFLOW = "prune"
LANE = "prune"
PRUNE_SECONDS = 3600
HANDFUL = 200
# Handfuls in one piece of work: a worker is not held for long, and a process that stops need not wait.
HANDFULS = 50
TEXTS, ROUNDS = "pruned:texts", "pruned:rounds"
"""Up to when it was done: rows before that are not looked at again."""


def prune_work(key: str, now: datetime) -> Work:
    return Work(WORKFLOW, key, LANE, payload_of(WORKFLOW, key, LANE, now))


@dataclass(frozen=True)
class Prune:
    jobs: Jobs
    records: Records
    finished: EndedWork
    rulebook: Rulebook
    now: Callable[[], datetime]
    rest: Callable[[float], None] = time.sleep

    def prune(self, delivery: JSON) -> JSON:
        pruned = self.jobs.step("prune", self.prune_some)
        if pruned["more"]:
            self.jobs.runner.later(prune_work(f"{delivery['key']}>", self.now()))
        return pruned

    def prune_some(self) -> JSON:
        """As much as one piece of work may: how many rows of each kind, and whether there is more."""
        pruned: Counter[str] = Counter()
        left = HANDFULS
        for kind, forget in self._kinds():
            while left:
                began = time.monotonic()
                count = forget()
                pruned[kind] += count
                if count == 0:
                    break
                left -= 1
                self.rest(time.monotonic() - began)
        if pruned.total():
            log.info("pruned", **pruned)
        return {"more": left == 0, "pruned": +pruned}

    def _kinds(self) -> Iterator[tuple[str, Callable[[], int]]]:
        kept, records = self.rulebook.current().routing.retention, self.records
        now = self.now()

        def before(days: int) -> str:
            return (now - timedelta(days=days)).isoformat()

        work, dealt_with = before(kept.finished_work_days), before(kept.failures_days)
        rounds_end = now - timedelta(days=kept.clock_rounds_days)
        work_end = now - timedelta(days=kept.finished_work_days)
        yield "rounds", lambda: self._rounds(rounds_end)
        yield "work", lambda: self.finished.forget(work_end, most=HANDFUL)
        yield "texts", lambda: self._texts(before(kept.texts_days))
        yield "corrections", lambda: records.corrections.forget_texts(before(kept.corrections_days), most=HANDFUL)
        yield "failures", lambda: records.failures.forget(dealt_with, most=HANDFUL)
        yield "announcements", lambda: records.announcements.forget(dealt_with, most=HANDFUL)
        # A failure's tries go with it, so it comes before them.
        yield "attempts", lambda: records.attempts.forget(work, most=HANDFUL)
        yield "writes", lambda: records.ticket_writes.forget(work, most=HANDFUL)
        yield "performed", lambda: records.performed.forget(work, most=HANDFUL)

    def _texts(self, before: str) -> int:
        return self._reach(TEXTS, self.records.decisions.forget_texts(self._reached(TEXTS), before, most=HANDFUL))

    def _rounds(self, before: datetime) -> int:
        since = int(self._reached(ROUNDS) or 0)
        return self._reach(ROUNDS, self.finished.forget_scheduled(since, before, most=HANDFUL))

    def _reached(self, name: str) -> str:
        reached = self.records.progress.of(name)
        return reached.value if reached else ""

    def _reach(self, name: str, dropped: Dropped) -> int:
        if dropped.count:
            self.records.progress.reached(name, dropped.up_to, now=self.now().isoformat())
        return dropped.count
