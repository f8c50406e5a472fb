"""Work as rows of dbos's tables: a batch in one or two statements, where dbos's own way takes two for each.

`tests/app/work/engine/test_work_rows.py` fails when a new dbos would store other rows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from string import Template
from typing import Any

import sqlalchemy as sa

from app.work.engine.backlog import AGES_FROM
from app.work.messages import Message, Work

JSON = dict[str, Any]

APPLICATION = "pointsman"
# Pinned: dbos would hash the workflows' source, and any edit of a comment would strand the work that is in flight.
# Raise it only together with a migration that drains or moves what is waiting.
PIPELINE_VERSION = "1"

_COLUMNS = (
    "(workflow_uuid, status, name, queue_name, queue_partition_key, application_version, priority,"
    " delay_until_epoch_ms, application_name, serialization, attributes, recovery_attempts, is_debounced)"
)
_ALWAYS = f"'{APPLICATION}', 'portable_json', 'null', 0, false"
_SQLITE = "INSERT INTO workflow_status $columns VALUES $rows ON CONFLICT DO NOTHING RETURNING workflow_uuid"
_SQLITE_INPUT = "INSERT INTO workflow_input (workflow_uuid, inputs) VALUES $rows ON CONFLICT DO NOTHING"
_POSTGRESQL = """
WITH given AS (
    SELECT * FROM unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::text[]
    ) AS one (id, status, name, queue, partition, version, priority, delay_until, input)
), stored AS (
    INSERT INTO dbos.workflow_status $columns
    SELECT id, status, name, queue, partition, version, priority, delay_until, $always FROM given
    ON CONFLICT DO NOTHING RETURNING workflow_uuid
), inputs AS (
    INSERT INTO dbos.workflow_input (workflow_uuid, inputs)
    SELECT id, input FROM given WHERE id IN (SELECT workflow_uuid FROM stored) ON CONFLICT DO NOTHING
)
SELECT workflow_uuid FROM stored
"""
_POSTGRESQL = Template(_POSTGRESQL).substitute(columns=_COLUMNS, always=_ALWAYS)
# Of one statement. SQLite takes 32,766 values, of which a row has eight.
MOST_AT_ONCE = 1000


def insert_new(connection: sa.Connection, batch: Sequence[Work]) -> set[str]:
    """Store the work whose id is not known; returns these ids. Raises the driver's own errors."""
    # Of two with one id the first counts. In one order, so that two processes never wait for each other's rows.
    rows = sorted({row[0]: row for row in map(_row, reversed(batch))}.values())
    if not rows:
        return set()
    # The driver itself: this is half of what storing a delivery costs.
    cursor = connection.connection.cursor()
    if connection.dialect.name != "sqlite":
        cursor.execute(_POSTGRESQL, tuple(map(list, zip(*rows, strict=True))))
        return {row[0] for row in cursor.fetchall()}
    new = set[str]()
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = rows[start : start + MOST_AT_ONCE]
        cursor.execute(_sqlite(len(some)), list(chain.from_iterable(row[:-1] for row in some)))
        new |= (found := {row[0] for row in cursor.fetchall()})
        if found:
            given = [(row[0], row[-1]) for row in some if row[0] in found]
            cursor.execute(_sqlite_input(len(given)), list(chain.from_iterable(given)))
    return new


@lru_cache(maxsize=64)
def _sqlite(count: int) -> str:
    rows = ", ".join([f"(?, ?, ?, ?, ?, ?, ?, ?, {_ALWAYS})"] * count)
    return Template(_SQLITE).substitute(columns=_COLUMNS, rows=rows)


@lru_cache(maxsize=64)
def _sqlite_input(count: int) -> str:
    return Template(_SQLITE_INPUT).substitute(rows=", ".join(["(?, ?)"] * count))


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
