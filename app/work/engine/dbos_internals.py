"""The private names of dbos that the engine needs, because dbos offers no public way.

`tests/app/work/engine/test_dbos_internals.py` fails when a new dbos renames one or calls it in another way.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, WorkflowStatus
from dbos._context import current_owner_xid
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSStepNondeterminismError
from dbos._error import DBOSWorkflowConflictIDError as LostWork
from dbos._queue import Queue
from dbos._sys_db import OperationResultInternal as StepRecord
from dbos._sys_db import SystemDatabase
from dbos._sys_db import WorkflowStatusInternal as StoredWorkflow

from app.records.prepared import PreparedStatement
from app.work.engine.backlog import in_state

ClaimedRow = dict[str, Any]
"""dbos's `WorkflowStatusInternal`."""
# Its names that are not those of the columns.
_RENAMED = {"app_version": "application_version", "app_id": "application_id"}

__all__ = [
    "ClaimedRow",
    "LostWork",
    "Queue",
    "StepRecord",
    "SystemDatabase",
    "active_workflows",
    "claimed_columns",
    "claimed_row",
    "current_owner_xid",
    "database_clock",
    "end_within",
    "launch",
    "prepared",
    "record_within",
    "replace_claimed_rows",
    "replace_queue_settings",
    "replace_scheduler",
    "replace_step_records",
    "replace_upkeep",
    "stop_waiting_for_database",
    "system_database",
    "take_over",
]


def system_database() -> SystemDatabase:
    """`_sys_db`: choosing what is taken, and taking work over, have no public call."""
    return _get_dbos_instance()._sys_db  # noqa: SLF001  # see above


def launch(set_up: Callable[[SystemDatabase], None]) -> None:
    """`SystemDatabase.create`: of queues that it knows, dbos takes work while `DBOS.launch` is still under way."""
    create = SystemDatabase.create

    def created(**options: Any) -> SystemDatabase:
        database = create(**options)
        set_up(database)
        return database

    SystemDatabase.create = staticmethod(created)  # type: ignore[assignment]  # there is no hook
    try:
        DBOS.launch()
    finally:
        SystemDatabase.create = staticmethod(create)  # type: ignore[method-assign]  # as it was


def replace_scheduler(database: SystemDatabase, scheduler: Callable[..., list[str]]) -> None:
    """`start_queued_partitioned_workflows`: dbos's own takes partitions at random."""
    database.start_queued_partitioned_workflows = scheduler  # type: ignore[method-assign]  # there is no hook


def replace_claimed_rows(database: SystemDatabase, claimed: Callable[[Sequence[str]], list[ClaimedRow]]) -> None:
    """`get_workflow_statuses`: asks once more for what the claim has written. Of all else, dbos still asks."""
    ask = database.get_workflow_statuses

    def rows(workflow_ids: list[str]) -> list[Any]:
        found = {row["workflow_uuid"]: row for row in claimed(workflow_ids)}
        if others := [key for key in workflow_ids if key not in found]:
            found |= {row["workflow_uuid"]: dict(row) for row in ask(others)}
        return [found[key] for key in workflow_ids if key in found]

    database.get_workflow_statuses = rows  # type: ignore[method-assign]  # there is no hook


def claimed_columns(database: SystemDatabase) -> list[sa.ColumnElement[Any]]:
    """What `get_workflow_statuses` asks for."""
    status, inputs = database.tables.workflow_status, database.tables.workflow_input
    # In RETURNING, SQLAlchemy leaves out the table of a column: the inner one would be compared with itself.
    this: sa.ColumnElement[str] = sa.literal_column(f"{status.name}.workflow_uuid")
    given = sa.select(inputs.c.inputs).where(inputs.c.workflow_uuid == this).scalar_subquery()
    names = {_RENAMED.get(name, name) for name in StoredWorkflow.__annotations__} - {"inputs", "shard_key"}
    return [*(status.c[name] for name in sorted(names)), sa.func.coalesce(given, status.c.inputs).label("inputs")]


def claimed_row(row: Mapping[str, Any]) -> ClaimedRow:
    """As `get_workflow_statuses` answers it."""
    names = {name: _RENAMED.get(name, name) for name in StoredWorkflow.__annotations__ if name != "shard_key"}
    claimed = {name: row[column] for name, column in names.items()}
    return {**claimed, "is_debounced": bool(row["is_debounced"]), "shard_key": None}


def replace_upkeep(database: SystemDatabase, queues: Sequence[Queue]) -> None:
    """What dbos asks its database every second, whether anything waits or not.

    The queues are known, nothing is scheduled, no work has a deadline, and nothing waits in dbos's own queue. Delayed
    work is looked for as before, by a statement that is put together once.
    """
    delayed = prepared(database, _due(database))

    def enqueue_due() -> None:
        with database.engine.begin() as connection:
            delayed.run(connection, {"now": int(time.time() * 1000)})

    database.list_queues = lambda **_: list(queues)  # type: ignore[method-assign]  # there is no hook
    database.list_schedules = lambda **_: []  # type: ignore[method-assign]  # there is no hook
    database.cancel_timed_out_workflows = lambda *_, **__: []  # type: ignore[method-assign]  # there is no hook
    database.start_queued_workflows = lambda *_, **__: ([], None)  # type: ignore[method-assign]  # there is no hook
    database.transition_delayed_workflows = enqueue_due  # type: ignore[method-assign]  # there is no hook


def _due(database: SystemDatabase) -> sa.Update:
    table = database.tables.workflow_status
    due = (in_state(table, "DELAYED"), table.c.delay_until_epoch_ms <= sa.bindparam("now"))
    ours = sa.or_(table.c.application_name == database.app_name, table.c.application_name.is_(None))
    return sa.update(table).where(*due, ours).values(status="ENQUEUED")


def prepared(database: SystemDatabase, statement: Any) -> PreparedStatement:
    """For connections of its engine or of ours."""
    return PreparedStatement(statement, schemas=database.engine.get_execution_options()["schema_translate_map"])


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


def record_within(
    database: SystemDatabase, connection: sa.Connection, record: StepRecord, at: int, owner: str | None
) -> None:
    """As `_record_operation_result_txn`, in one statement: `at` is the time in ms, `owner` is `current_owner_xid` then.

    Raises what ends the run if it lost its workflow.
    """
    workflow_id = record["workflow_uuid"]
    asked = {**record, "completed_at_epoch_ms": at, "owner": owner}
    recorded = _recording(database).tuples(connection, asked)
    if not recorded:
        raise LostWork(workflow_id)
    if recorded[0][0] != at:
        raise DBOSStepNondeterminismError(workflow_id, record["function_id"])


def end_within(
    database: SystemDatabase,
    connection: sa.Connection,
    workflow_id: str,
    status: Any,
    output: str | None,
    *,
    owner: str | None,
) -> bool:
    """As `_update_workflow_outcome_in_transaction`, and without a row for nothing. False if the run lost its work."""
    asked = {"workflow": workflow_id, "outcome": status, "owner": owner}
    if not _ending(database).run(connection, asked):
        return False
    if output not in {None, NOTHING}:
        _with_names(database, connection)
        connection.execute(sa.insert(database.tables.workflow_output), {"workflow_uuid": workflow_id, "output": output})
    return True


NOTHING = "null"
"""What a workflow answers that answers nothing, as it is stored."""
_OF_STEP = ("workflow_uuid", "function_id", "function_name", "started_at_epoch_ms", "output", "error", "serialization")


@cache
def _recording(database: SystemDatabase) -> PreparedStatement:
    """On PostgreSQL it holds the workflow until the commit."""
    status, steps = database.tables.workflow_status, database.tables.operation_outputs
    values = {name: sa.bindparam(name, type_=steps.c[name].type) for name in (*_OF_STEP, "completed_at_epoch_ms")}
    row = {**values, "application_name": sa.literal(database.app_name), "retention_timestamp": database_clock(database)}
    owned = (status.c.workflow_uuid == values["workflow_uuid"], status.c.owner_xid == sa.bindparam("owner"))
    rows = sa.select(*row.values()).select_from(status).where(*owned).with_for_update(key_share=True)
    insert = database.dialect.insert(steps).from_select(list(row), rows)
    kept = {"completed_at_epoch_ms": steps.c.completed_at_epoch_ms}
    key = ["workflow_uuid", "function_id"]
    kept_or_new = insert.on_conflict_do_update(index_elements=key, set_=kept)
    return prepared(database, kept_or_new.returning(steps.c.completed_at_epoch_ms))


@cache
def _ending(database: SystemDatabase) -> PreparedStatement:
    table, now = database.tables.workflow_status, database_clock(database)
    ours = (table.c.workflow_uuid == sa.bindparam("workflow"), table.c.owner_xid == sa.bindparam("owner"))
    ends: dict[str, Any] = {"status": sa.bindparam("outcome"), "deduplication_id": None, "owner_xid": None}
    ending = sa.update(table).where(*ours, table.c.status == "PENDING")
    return prepared(database, ending.values(**ends, updated_at=now, completed_at=now))


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
