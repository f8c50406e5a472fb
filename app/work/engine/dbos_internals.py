"""The private names of dbos that the engine needs, because dbos offers no public way.

`tests/app/work/engine/test_dbos_internals.py` fails when a new dbos renames one or calls it in another way.
"""

from collections.abc import Callable

import sqlalchemy as sa
from dbos import WorkflowStatus
from dbos._dbos import _get_dbos_instance
from dbos._queue import Queue
from dbos._sys_db import SystemDatabase

__all__ = [
    "Queue",
    "SystemDatabase",
    "active_workflows",
    "database_clock",
    "replace_scheduler",
    "system_database",
    "take_over",
]


def system_database() -> SystemDatabase:
    """`_sys_db`: choosing what is taken, and taking work over, have no public call."""
    return _get_dbos_instance()._sys_db  # noqa: SLF001  # see above


def replace_scheduler(scheduler: Callable[..., list[str]]) -> None:
    """`start_queued_partitioned_workflows`: dbos's own takes partitions at random."""
    system_database().start_queued_partitioned_workflows = scheduler  # type: ignore[method-assign]  # there is no hook


def active_workflows() -> list[str]:
    """`_active_workflows_set`: dbos itself would wait in whole seconds and begin more work meanwhile."""
    return _get_dbos_instance()._active_workflows_set.activeList()  # noqa: SLF001  # see above


def take_over(workflow: WorkflowStatus, queue: str) -> bool:
    """`reenqueue_for_recovery`: the only call that keeps the count of crashes.

    False when another process took it over first.
    """
    return system_database().reenqueue_for_recovery(workflow.workflow_id, [str(workflow.executor_id)], queue)


def database_clock(database: SystemDatabase) -> sa.ColumnElement[int]:
    """`_now_ms_sql`: the time by the database's clock, in the form in which dbos stores it."""
    now: sa.ColumnElement[int] = database._now_ms_sql()  # noqa: SLF001  # see above
    return now
