"""The private names of dbos that the engine needs, because dbos offers no public way.

`tests/app/work/engine/test_dbos_internals.py` fails when a new dbos renames one or calls it in another way.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from typing import Any, cast

import sqlalchemy as sa
from dbos import WorkflowStatus
from dbos._context import current_owner_xid
from dbos._dbos import _get_dbos_instance
from dbos._queue import Queue
from dbos._sys_db import OperationResultInternal as StepRecord
from dbos._sys_db import SystemDatabase

__all__ = [
    "Queue",
    "StepRecord",
    "SystemDatabase",
    "active_workflows",
    "database_clock",
    "end_within",
    "record_within",
    "replace_queue_settings",
    "replace_scheduler",
    "replace_step_records",
    "system_database",
    "take_over",
]


def system_database() -> SystemDatabase:
    """`_sys_db`: choosing what is taken, and taking work over, have no public call."""
    return _get_dbos_instance()._sys_db  # noqa: SLF001  # see above


def replace_scheduler(scheduler: Callable[..., list[str]]) -> None:
    """`start_queued_partitioned_workflows`: dbos's own takes partitions at random."""
    system_database().start_queued_partitioned_workflows = scheduler  # type: ignore[method-assign]  # there is no hook


def replace_queue_settings(settings: Callable[..., Queue]) -> None:
    """`get_queue`: each look for work asks the database for what this process has set itself."""
    system_database().get_queue = settings  # type: ignore[method-assign]  # there is no hook


def replace_step_records(
    database: SystemDatabase, look_up: Callable[..., Any], record: Callable[..., None], end: Callable[..., bool]
) -> tuple[Callable[..., Any], Callable[..., None], Callable[..., bool]]:
    """`check_operation_execution`, `record_operation_result`, `update_workflow_outcome`: each is a transaction of its
    own. Answers dbos's."""
    replaced = database.check_operation_execution, database.record_operation_result, database.update_workflow_outcome
    database.check_operation_execution = look_up  # type: ignore[method-assign]  # there is no hook
    database.record_operation_result = record  # type: ignore[method-assign]  # there is no hook
    database.update_workflow_outcome = end  # type: ignore[method-assign]  # there is no hook
    return replaced


def record_within(database: SystemDatabase, connection: sa.Connection, record: StepRecord, at: int) -> None:
    """`_record_operation_result_txn`: `at` is the time in ms. Raises what ends the run if it lost its workflow."""
    _with_names(database, connection)
    database._record_operation_result_txn(record, at, connection)  # noqa: SLF001  # see above


def end_within(
    database: SystemDatabase, connection: sa.Connection, workflow_id: str, status: Any, output: str | None
) -> bool:
    """`_update_workflow_outcome_in_transaction`: False if the run lost its workflow."""
    _with_names(database, connection)
    lent = copy(database)
    lent.engine = cast("Any", _LentEngine(connection))
    return lent._update_workflow_outcome_in_transaction(  # noqa: SLF001  # see above
        workflow_id, status, output=output, error=None, owner_xid=current_owner_xid(workflow_id)
    )


def _with_names(database: SystemDatabase, connection: sa.Connection) -> None:
    names = database.engine.get_execution_options()["schema_translate_map"]
    connection.execution_options(schema_translate_map=names)


class _LentEngine:
    """A transaction that is under way, for what would begin one."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    def begin(self) -> AbstractContextManager[sa.Connection]:
        return nullcontext(self._connection)


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
