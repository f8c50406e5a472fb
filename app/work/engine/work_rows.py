"""Work as rows of dbos's tables: a batch in one statement, where dbos's own way takes two for each piece of work.

What a workflow is given stands in the row of its status. dbos stores it in a table of its own since it has one, and
looks here for what that table does not have. `tests/app/work/engine/test_work_rows.py` fails when a new dbos would
store other rows, or looks here no more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from string import Template
from typing import Any, TypeVar

import sqlalchemy as sa

from app.records.prepared import as_sqlalchemy
from app.work.engine.backlog import AGES_FROM
from app.work.messages import Message, Work

T = TypeVar("T")
JSON = dict[str, Any]

APPLICATION = "pointsman"
# Pinned: dbos would hash the workflows' source, and any edit of a comment would strand the work that is in flight.
# Raise it only together with a migration that drains or moves what is waiting.
PIPELINE_VERSION = "1"

_COLUMNS = (
    "(workflow_uuid, status, name, queue_name, queue_partition_key, application_version, priority,"
    " delay_until_epoch_ms, inputs, application_name, serialization, attributes, recovery_attempts, is_debounced)"
)
_ALWAYS = f"'{APPLICATION}', 'portable_json', 'null', 0, false"
_INSERT = f"INSERT INTO $table {_COLUMNS} $rows ON CONFLICT DO NOTHING$answer"
_ANSWER = " RETURNING workflow_uuid"
_VALUES = f"($mark, $mark, $mark, $mark, $mark, $mark, $mark, $mark, $mark, {_ALWAYS})"
# Of one statement. SQLite takes 32,766 values, of which a row has nine.
MOST_AT_ONCE = 1000
_UNNESTED = """
SELECT id, status, name, queue, partition, version, priority, delay_until, input, $always FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::text[]
) AS one (id, status, name, queue, partition, version, priority, delay_until, input)
"""
_UNNESTED = Template(_UNNESTED).substitute(always=_ALWAYS)
_MANY_ON_POSTGRESQL = Template(_INSERT).substitute(table="dbos.workflow_status", rows=_UNNESTED, answer=_ANSWER)


def insert_new(connection: sa.Connection, batch: Sequence[Work]) -> set[str]:
    """Store the work whose id is not known; returns these ids. Raises SQLAlchemyError."""
    # Of two with one id the first counts. In one order, so that two processes never wait for each other's rows.
    rows = sorted({row[0]: row for row in map(_row, reversed(batch))}.values())
    if not rows:
        return set()
    if connection.dialect.name != "sqlite":
        if len(rows) == 1:  # a quarter faster than lists of one
            return _inserted(connection, _of_values("dbos.workflow_status", "%s", 1), rows[0])
        return _inserted(connection, _MANY_ON_POSTGRESQL, tuple(map(list, zip(*rows, strict=True))))
    new = set[str]()
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = rows[start : start + MOST_AT_ONCE]
        new |= _inserted(connection, _of_values("workflow_status", "?", len(some)), tuple(chain.from_iterable(some)))
    return new


def insert_one(connection: sa.Connection, work: Work) -> bool:
    """On SQLite: whether its id was not known. Answers no rows: see `run_alone`. Raises SQLAlchemyError."""
    statement = _of_values("workflow_status", "?", 1, "")
    return _asked(connection, statement, _row(work), lambda cursor: bool(cursor.rowcount == 1))


def _inserted(connection: sa.Connection, statement: str, values: tuple[Any, ...]) -> set[str]:
    return _asked(connection, statement, values, lambda cursor: {row[0] for row in cursor.fetchall()})


def _asked(connection: sa.Connection, statement: str, values: tuple[Any, ...], answer: Callable[[Any], T]) -> T:
    try:
        # The driver itself: SQLAlchemy would take half of what storing a delivery costs.
        cursor = connection.connection.cursor()
        cursor.execute(statement, values)
        return answer(cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, statement, error) from error


@lru_cache(maxsize=64)
def _of_values(table: str, mark: str, count: int, answer: str = _ANSWER) -> str:
    values = Template(_VALUES).substitute(mark=mark)
    return Template(_INSERT).substitute(table=table, rows="VALUES " + ", ".join([values] * count), answer=answer)


def stored(message: Message) -> JSON:
    return message.model_dump(mode="json")


def options_of(work: Work) -> JSON:
    """As dbos's own calls take it."""
    message = work.message
    options: JSON = {
        "workflow_name": message.kind,
        "queue_name": message.queue,
        "workflow_id": message.work_id,
        # Work without a partition would be accepted and never run.
        "queue_partition_key": message.partition,
        "app_version": PIPELINE_VERSION,
        # The oldest goes first, however often it was delayed.
        "priority": max(1, int((message.accepted_at - AGES_FROM).total_seconds())),
    }
    if work.delay > 0:
        options["delay_seconds"] = work.delay
    return options


def _row(work: Work) -> tuple[Any, ...]:
    options = options_of(work)
    delay = options.get("delay_seconds")
    return (
        options["workflow_id"],
        "ENQUEUED" if delay is None else "DELAYED",
        options["workflow_name"],
        options["queue_name"],
        options["queue_partition_key"],
        options["app_version"],
        options["priority"],
        None if delay is None else int((time.time() + delay) * 1000),
        f'{{"namedArgs":{{}},"positionalArgs":[{work.message.model_dump_json()}]}}',
    )
