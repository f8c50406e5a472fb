"""What processes that are gone left behind is taken over, and what they died of is parked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from random import SystemRandom

import structlog
from dbos import DBOS, WorkflowStatus
from dbos._dbos import _get_dbos_instance

from app.work.engine.backlog import Backlog
from app.work.engine.executor_locks import FileLocks, PostgresLocks
from app.work.engine.queues import TICKETS

log = structlog.get_logger(__name__)

# Work that ran in so many processes that died may be why they died. It is given back one at a time, so that what only
# happened to run beside it comes through.
CRASHES_BEFORE_SUSPICION = 3


class Reaper:
    """Looks every few seconds, on a thread of its own once it is started."""

    def __init__(
        self,
        locks: FileLocks | PostgresLocks,
        executor_id: str,
        backlog: Backlog,
        report_parked: Callable[[WorkflowStatus], bool],
        *,
        seconds: float,
    ) -> None:
        """`report_parked` is told of work that was started too often; True: it was reported."""
        self._locks = locks
        self._executor_id = executor_id
        self._backlog = backlog
        self._report = report_parked
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._reap_for_ever, daemon=True, name="reaper")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def reap(self) -> int:
        """Take over the running work of processes that are gone; how many workflows were. Report what was parked."""
        self._report_parked()
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False, limit=2000)
        owners = {workflow.executor_id for workflow in running} - {self._executor_id, None}
        left: list[WorkflowStatus] = []
        for owner in sorted(str(owner) for owner in owners):
            with self._locks.taken_from_dead(owner) as dead:
                if dead:
                    left += [one for one in running if one.executor_id == owner]
        recovered = sum(_take_over(one) for one in self._one_suspect_at_a_time(left))
        if recovered:
            log.warning("work_recovered", workflows=recovered)
        return recovered

    def _reap_for_ever(self) -> None:
        # The first look at once: after a crash, what the last process left behind must not wait for the next round.
        wait = 0.0
        while not self._stopping.wait(wait):
            wait = self._seconds * SystemRandom().uniform(0.8, 1.2)
            try:
                self._locks.check()
            except Exception:  # noqa: BLE001  # whatever the driver raises: a lost lock means others may run our work
                log.critical("executor_lock_lost", executor=self._executor_id)
                os._exit(70)
            try:
                self.reap()
            except Exception:  # the reaper must outlive any one failure
                log.exception("reaper_failed")

    def _one_suspect_at_a_time(self, left: list[WorkflowStatus]) -> list[WorkflowStatus]:
        """Of what dead processes left: all that is above suspicion, and one of the rest if none was given back that
        has not ended: one that still waits for its turn would run beside the next."""
        innocent = [one for one in left if _starts(one) < CRASHES_BEFORE_SUSPICION]
        suspects = sorted((one for one in left if one not in innocent), key=_starts)
        besides = [one.workflow_id for one in suspects]
        if suspects and self._backlog.begun_before(CRASHES_BEFORE_SUSPICION, besides):
            return innocent
        return innocent + suspects[:1]

    def _report_parked(self) -> None:
        """dbos gives a crash loop up in silence: whoever is told keeps it as a failure. Then it is cancelled, not
        deleted: its key stays known."""
        for one in DBOS.list_workflows(status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", load_output=False, limit=100):
            if self._report(one):
                DBOS.cancel_workflow(one.workflow_id)


def _starts(one: WorkflowStatus) -> int:
    return one.recovery_attempts or 0


def _take_over(one: WorkflowStatus) -> bool:
    # Private, but the only call that keeps the count of crashes; a contract test watches it. It does nothing when
    # another process was faster.
    database = _get_dbos_instance()._sys_db  # noqa: SLF001  # see above
    return database.reenqueue_for_recovery(one.workflow_id, [str(one.executor_id)], TICKETS)
