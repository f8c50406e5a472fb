"""Takes over what processes that are gone left behind, and quarantines what they crashed on."""

import os
from collections.abc import Callable

import structlog
from dbos import DBOS, WorkflowStatus

from app.records.database_errors import DatabaseGone
from app.work.engine.backlog import Backlog
from app.work.engine.dbos_internals import take_over
from app.work.engine.executor_locks import ExecutorLocks
from app.work.engine.queues import TICKETS

log = structlog.get_logger(__name__)

# Work that ran in so many processes that died may be why they died. It is given back one at a time, so that what only
# happened to run beside it comes through.
CRASHES_BEFORE_SUSPICION = 3


class Recovery:
    def __init__(
        self,
        locks: ExecutorLocks,
        executor_id: str,
        backlog: Backlog,
        report_quarantined: Callable[[WorkflowStatus], bool],
    ) -> None:
        """`report_quarantined` is told of work that was started too often; True: it was reported."""
        self._locks = locks
        self._executor_id = executor_id
        self._backlog = backlog
        self._report = report_quarantined

    def run(self) -> None:
        """Recover, or end this process when it has lost the lock that says it is alive."""
        try:
            self._locks.check()
        except DatabaseGone as error:
            log.critical("database_gone", cause=str(error))
            os._exit(70)
        except Exception:  # noqa: BLE001  # whatever the driver raises: a lost lock means others may run our work
            log.critical("executor_lock_lost", executor=self._executor_id)
            os._exit(70)
        self.recover()

    def recover(self) -> int:
        """Report what is quarantined, and take over the work of processes that are gone; how many."""
        self._report_quarantined()
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False, limit=2000)
        owners = {workflow.executor_id for workflow in running} - {self._executor_id, None}
        left: list[WorkflowStatus] = []
        for owner in sorted(str(owner) for owner in owners):
            with self._locks.taken_from_dead(owner) as dead:
                if dead:
                    left += [one for one in running if one.executor_id == owner]
        recovered = sum(take_over(one, TICKETS) for one in self._one_suspect_at_a_time(left))
        if recovered:
            log.warning("work_recovered", workflows=recovered)
        return recovered

    def _one_suspect_at_a_time(self, left: list[WorkflowStatus]) -> list[WorkflowStatus]:
        """All that is above suspicion, and one suspect if no other suspect waits or runs.

        A suspect that still waits would run beside the next one, and hide which of them crashes.
        """
        innocent = [one for one in left if _starts(one) < CRASHES_BEFORE_SUSPICION]
        suspects = sorted((one for one in left if one not in innocent), key=_starts)
        besides = [one.workflow_id for one in suspects]
        if suspects and self._backlog.begun_before(CRASHES_BEFORE_SUSPICION, besides):
            return innocent
        return innocent + suspects[:1]

    def _report_quarantined(self) -> None:
        """dbos gives up on a crash loop in silence, so we report it, and keep it as a failure.

        It is then cancelled, not deleted: its key stays known.
        """
        for one in DBOS.list_workflows(status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", load_output=False, limit=100):
            if self._report(one):
                DBOS.cancel_workflow(one.workflow_id)


def _starts(one: WorkflowStatus) -> int:
    return one.recovery_attempts or 0
