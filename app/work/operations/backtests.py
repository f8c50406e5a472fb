"""Backtests as jobs: one at a time on a thread, with progress, kept for a while, and ended when the service stops."""

import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import structlog

from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.backtest import Backtest, Past, backtest
from app.triage.judge import Judged

log = structlog.get_logger(__name__)

KEPT: Final = 20
MOST_WAITING: Final = 5
MOST_TICKETS: Final = 5000
BacktestState = Literal["waiting", "running", "done", "cancelled", "failed"]


class TooManyBacktests(Exception):
    """As many wait as may wait."""


class _Cancelled(Exception):
    """Somebody ended it, or the service stops."""


@dataclass(frozen=True, slots=True)
class BacktestJob:
    """How far it is. A new value for each step: whoever reads one sees it whole."""

    id: str
    edited: str
    in_force: str
    """Hashes of the rules."""
    wanted: int
    asked_at: datetime
    state: BacktestState = "waiting"
    tickets: int = 0
    """Decided again so far."""
    finished_at: datetime | None = None
    found: Backtest | None = None

    @property
    def has_ended(self) -> bool:
        return self.state not in {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class _Order:
    edited: Rules
    in_force: Rules


class Backtests:
    def __init__(
        self,
        past: Callable[[int], Iterable[Past]],
        judge: Callable[[Rules, Ticket], Judged],
        now: Callable[[], datetime],
    ) -> None:
        """`past`: so many of the newest tickets."""
        self._past = past
        self._judge = judge
        self._now = now
        self._changed = threading.Condition()
        self._jobs: OrderedDict[str, BacktestJob] = OrderedDict()
        self._waiting: deque[tuple[str, _Order]] = deque()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def start(self, edited: Rules, in_force: Rules, tickets: int) -> BacktestJob:
        """The same question is answered once, while its job is not done. Raises TooManyBacktests."""
        wanted = max(1, min(tickets, MOST_TICKETS))
        with self._changed:
            for job in self._jobs.values():
                if (job.edited, job.in_force, job.wanted) == (edited.hash, in_force.hash, wanted) and not job.has_ended:
                    return job
            if len(self._waiting) >= MOST_WAITING or self._stopping:
                raise TooManyBacktests
            job = BacktestJob(secrets.token_urlsafe(9), edited.hash, in_force.hash, wanted, self._now())
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
            self._waiting.append((job.id, _Order(edited, in_force)))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="backtests")
                self._thread.start()
            self._changed.notify_all()
            return job

    def get(self, job_id: str) -> BacktestJob | None:
        with self._changed:
            return self._jobs.get(job_id)

    def newest(self) -> list[BacktestJob]:
        with self._changed:
            return list(reversed(self._jobs.values()))

    def cancel(self, job_id: str) -> None:
        with self._changed:
            job = self._jobs.get(job_id)
            if job is not None and not job.has_ended:
                self._jobs[job_id] = replace(job, state="cancelled", finished_at=self._now())
            self._changed.notify_all()

    def stop(self) -> None:
        """What runs ends after its ticket."""
        with self._changed:
            self._stopping = True
            for job_id in list(self._jobs):
                self.cancel(job_id)
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return
                job_id, order = self._waiting.popleft()
            try:
                self._change(job_id, state="running")
                found = self._decided_again(job_id, order)
                self._change(job_id, state="done", found=found, finished_at=self._now())
            except _Cancelled:
                continue
            except Exception:  # the next one may go better
                log.exception("backtest_failed", job=job_id)
                self._change(job_id, state="failed", finished_at=self._now())

    def _decided_again(self, job_id: str, order: _Order) -> Backtest:
        past = self._counted(job_id, self._past(self._jobs[job_id].wanted))
        judge = self._judge
        found = backtest(past, lambda one: judge(order.edited, one), lambda one: judge(order.in_force, one))
        return found.without_texts()

    def _counted(self, job_id: str, past: Iterable[Past]) -> Iterator[Past]:
        """Rests as long as it worked: half the processor is for those who wait."""
        for number, one in enumerate(past, start=1):
            began = time.monotonic()
            yield one
            self._change(job_id, tickets=number)
            with self._changed:
                self._changed.wait_for(lambda: self._is_over(job_id), time.monotonic() - began)

    def _change(self, job_id: str, **values: object) -> None:
        """Raises _Cancelled."""
        with self._changed:
            if self._is_over(job_id):
                raise _Cancelled
            self._jobs[job_id] = replace(self._jobs[job_id], **values)  # type: ignore[arg-type]  # fields of the job

    def _is_over(self, job_id: str) -> bool:
        job = self._jobs.get(job_id)
        return job is None or job.has_ended
