"""The private names of dbos that the engine needs, because dbos offers no public way.

`tests/app/work/engine/test_dbos_internals.py` fails when a new dbos renames one or calls it in another way.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from dbos import WorkflowStatus
from dbos._context import current_owner_xid
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSStepNondeterminismError, DBOSWorkflowConflictIDError
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
    "stop_waiting_for_database",
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
    """As `_record_operation_result_txn`, in one statement: `at` is the time in ms.

    Raises what ends the run if it lost its workflow.
    """
    workflow_id = record["workflow_uuid"]
    _with_names(database, connection)
    values = {name: record[name] for name in _OF_STEP}  # type: ignore[literal-required]  # each is one of its names
    asked = {**values, "completed_at_epoch_ms": at, "owner": current_owner_xid(workflow_id)}
    recorded = connection.execute(_recording(database), asked).scalar()
    if recorded is None:
        raise DBOSWorkflowConflictIDError(workflow_id)
    if recorded != at:
        raise DBOSStepNondeterminismError(workflow_id, record["function_id"])


def end_within(
    database: SystemDatabase, connection: sa.Connection, workflow_id: str, status: Any, output: str | None
) -> bool:
    """As `_update_workflow_outcome_in_transaction`, and without a row for nothing. False if the run lost its work."""
    _with_names(database, connection)
    asked = {"workflow": workflow_id, "outcome": status, "owner": current_owner_xid(workflow_id)}
    if not connection.execute(_ending(database), asked).rowcount:
        return False
    if output not in {None, NOTHING}:
        connection.execute(sa.insert(database.tables.workflow_output), {"workflow_uuid": workflow_id, "output": output})
    return True


NOTHING = "null"
"""What a workflow answers that answers nothing, as it is stored."""
_OF_STEP = ("workflow_uuid", "function_id", "function_name", "started_at_epoch_ms", "output", "error", "serialization")


@cache
def _recording(database: SystemDatabase) -> Any:
    """Made once: to put it together costs more than to run it. On PostgreSQL it holds the workflow until the commit."""
    status, steps = database.tables.workflow_status, database.tables.operation_outputs
    values = {name: sa.bindparam(name, type_=steps.c[name].type) for name in (*_OF_STEP, "completed_at_epoch_ms")}
    row = {**values, "application_name": sa.literal(database.app_name), "retention_timestamp": database_clock(database)}
    owned = (status.c.workflow_uuid == values["workflow_uuid"], status.c.owner_xid == sa.bindparam("owner"))
    rows = sa.select(*row.values()).select_from(status).where(*owned).with_for_update(key_share=True)
    insert = database.dialect.insert(steps).from_select(list(row), rows)
    kept = {"completed_at_epoch_ms": steps.c.completed_at_epoch_ms}
    key = ["workflow_uuid", "function_id"]
    return insert.on_conflict_do_update(index_elements=key, set_=kept).returning(steps.c.completed_at_epoch_ms)


@cache
def _ending(database: SystemDatabase) -> Any:
    table, now = database.tables.workflow_status, database_clock(database)
    ours = (table.c.workflow_uuid == sa.bindparam("workflow"), table.c.owner_xid == sa.bindparam("owner"))
    ends: dict[str, Any] = {"status": sa.bindparam("outcome"), "deduplication_id": None, "owner_xid": None}
    ending = sa.update(table).where(*ours, table.c.status == "PENDING")
    return ending.values(**ends, updated_at=now, completed_at=now)


def _with_names(database: SystemDatabase, connection: sa.Connection) -> None:
    names = database.engine.get_execution_options()["schema_translate_map"]
    connection.execution_options(schema_translate_map=names)


def stop_waiting_for_database() -> None:
    """`_retry_connection_errors`: else a thread asks a database that is gone for ever, and the interpreter waits for
    it."""
    system_database()._retry_connection_errors = False  # noqa: SLF001  # see above


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
