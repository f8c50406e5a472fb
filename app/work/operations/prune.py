"""The job that drops what is older than `retention:` of routing.yaml allows: a little each hour, in small batches.

SQLite has one writer. After each batch it is left alone for as long as that took, so that all others can write.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.records.database import PrunedBatch
from app.work.engine.retention import EndedWork
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.messages import Prune, Stored, Work

log = structlog.get_logger(__name__)

BATCH = 200
# Batches in one piece of work: a worker is not held for long, and a process that stops need not wait.
BATCHES = 50
TEXTS, SCHEDULED = "pruned:texts", "pruned:scheduled"
"""Up to when it was done: rows before that are not looked at again."""


class Pruned(Stored):
    more: bool
    rows: dict[str, int]
    """How many of each kind."""


def register(deps: Dependencies) -> None:
    pruner = Pruner(deps, EndedWork(deps.records.engine, deps.engine.names))
    deps.engine.register(Prune, pruner.run, partial(crashed, deps))


@dataclass(frozen=True)
class Pruner:
    deps: Dependencies
    finished: EndedWork
    rest: Callable[[float], None] = time.sleep

    def run(self, message: Prune) -> None:
        pruned = self.deps.engine.step("prune", self.prune_some)
        if pruned.more:
            self.deps.engine.later(Work(Prune(key=f"{message.key}>", accepted_at=self.deps.now())))

    def prune_some(self) -> Pruned:
        """As much as one piece of work may."""
        pruned: Counter[str] = Counter()
        left = BATCHES
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
        return Pruned(more=left == 0, rows=+pruned)

    def _kinds(self) -> Iterator[tuple[str, Callable[[], int]]]:
        kept, records = self.deps.rulebook.current().routing.retention, self.deps.records
        now = self.deps.now()

        def before(days: int) -> str:
            return (now - timedelta(days=days)).isoformat()

        work, dealt_with = before(kept.finished_work_days), before(kept.failures_days)
        scheduled_end = now - timedelta(days=kept.clock_rounds_days)
        work_end = now - timedelta(days=kept.finished_work_days)
        yield "scheduled", lambda: self._scheduled(scheduled_end)
        yield "work", lambda: self.finished.forget(work_end, most=BATCH)
        yield "texts", lambda: self._texts(before(kept.texts_days))
        yield "answered", lambda: records.searched_texts.prune_tickets(before(kept.texts_days), limit=BATCH)
        yield "claims", lambda: records.links.prune_claim_texts(before(kept.texts_days), limit=BATCH)
        yield "mentions", lambda: records.mentions.prune_texts(before(kept.texts_days), limit=BATCH)
        yield "short_links", lambda: records.short_links.prune(work, limit=BATCH)
        yield "corrections", lambda: records.corrections.prune_texts(before(kept.corrections_days), limit=BATCH)
        yield "failures", lambda: records.failures.prune(dealt_with, limit=BATCH)
        yield "announcements", lambda: records.announcements.prune(dealt_with, limit=BATCH)
        # A failure's tries go with it, so it comes before them.
        yield "attempts", lambda: records.attempts.prune(work, limit=BATCH)
        yield "shadow_hits", lambda: records.routes_fired.prune(before(kept.texts_days), limit=BATCH)
        yield "calls", lambda: records.calls.prune(work, limit=BATCH)
        yield "audit", lambda: records.audit.prune(dealt_with, limit=BATCH)
        yield "sessions", lambda: records.sessions.prune(now.isoformat(), limit=BATCH)
        yield "first_answers", lambda: records.first_answers.prune(before(kept.corrections_days), limit=BATCH)
        yield "performed", lambda: records.capped_actions.prune(work, limit=BATCH)

    def _texts(self, before: str) -> int:
        return self._reach(TEXTS, self.deps.records.decisions.prune_texts(self._reached(TEXTS), before, limit=BATCH))

    def _scheduled(self, before: datetime) -> int:
        since = int(self._reached(SCHEDULED) or 0)
        return self._reach(SCHEDULED, self.finished.forget_scheduled(since, before, most=BATCH))

    def _reached(self, name: str) -> str:
        reached = self.deps.records.progress.of(name)
        return reached.value if reached else ""

    def _reach(self, name: str, dropped: PrunedBatch) -> int:
        if dropped.count:
            self.deps.records.progress.reached(name, dropped.up_to, now=self.deps.now().isoformat())
        return dropped.count
