"""What the desk's pages ask of a database with 100,000 decisions, and what their readers cost the intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from app.desk.waits import waits_by
from app.records.decision_list import DecisionFilter
from app.records.records import Records
from app.work.operations.labelling import MOST_COUNTED
from bench import desk_readers
from bench.databases import databases
from bench.desk_data import DAYS, DECISIONS, NOW, fill
from bench.usage import busy_seconds

GOAL_MS = 50.0
ROUNDS = 5
NOBODY = "nowhere"
"""Filters that find nothing read the most."""
FILTERS: Mapping[str, dict[str, Any]] = {
    "newest": {},
    "channel": {"channel": NOBODY},
    "state, channel": {"state": "done", "channel": NOBODY},
    "any route, archetype": {"decided_by": "route", "archetype": NOBODY},
    "30 days, confidence": {"since": (NOW - timedelta(days=30)).isoformat(), "confidence": NOBODY},
    "corrected": {"corrected": True},
    "ticket": {"search": "4711"},
    "issue": {"search": "gitlab#12"},
    "words": {"search": "no such words"},
}


def run(console: Console) -> None:
    table = Table("database", "query", "ms", "of the processor", title=f"{DECISIONS:,} decisions")
    missed = []
    with databases(console) as known:
        for database in known:
            url = database.new_url()
            records = Records.open(url)
            try:
                fill(records)
                servers = _servers(records)
                for name, query in _queries(records):
                    rounds = [_timed(query, servers) for _ in range(ROUNDS)]
                    took, worked = (min(one) for one in zip(*rounds, strict=True))
                    table.add_row(database.name, name, f"{took:.1f}", f"{worked:.1f}")
                    # On a machine that does other things too, the clock says little.
                    if worked > GOAL_MS:
                        missed.append(f"{database.name}: {name}")
            finally:
                records.close()
    console.print(table)
    console.print(
        f"Goal, {GOAL_MS:.0f} ms of the processor: {'held' if not missed else 'MISSED by ' + ', '.join(missed)}"
    )
    desk_readers.run(console)


def _queries(records: Records) -> Iterator[tuple[str, Callable[[], object]]]:
    for name, wanted in FILTERS.items():
        yield f"decisions: {name}", partial(records.decision_list.page, DecisionFilter(**wanted))
    newer = partial(records.decision_list.count_newer, than=DECISIONS // 2, most=100)
    yield "a tick: what is newer", lambda: newer(DecisionFilter(channel=NOBODY))
    yield "a tick: newer words", lambda: newer(DecisionFilter(search="no such words"))
    yield "labelling: unsure", lambda: records.decisions.unsure(limit=MOST_COUNTED)
    yield "a ticket: its audit", lambda: records.audit.newest(about="ticket 7")
    quarter = (NOW - timedelta(days=DAYS)).isoformat()
    yield "rules: 90 days", lambda: records.routes_fired.since(quarter)
    spans = [(NOW - timedelta(days=days)).isoformat() for days in (7, 30, 90)]
    yield "rule: 7, 30, 90 days", lambda: records.routes_fired.of_route("r1", spans)
    since = (NOW - timedelta(days=14)).isoformat()
    yield "times: 14 days", lambda: waits_by(records.first_answers.created_between(since, NOW.isoformat()), NOW)
    yield "times: who waits", records.first_answers.waiting


def _servers(records: Records) -> set[int]:
    """PostgreSQL's processes for connections of this one, as they come; none of SQLite, which works in this thread."""
    found: set[int] = set()
    reader = records.reader
    if reader.dialect.name != "sqlite":
        sa.event.listen(reader, "checkin", lambda connection, _: found.add(connection.info.backend_pid))
    return found


def _timed(query: Callable[[], object], servers: set[int]) -> tuple[float, float]:
    """Until it has answered, and what this thread and the database's server worked for it; in ms."""
    before = {server: busy_seconds(server) for server in servers}
    began, worked = time.perf_counter(), time.thread_time()
    query()
    took, worked = time.perf_counter() - began, time.thread_time() - worked
    return took * 1000, (worked + sum(busy_seconds(server) - before.get(server, 0) for server in servers)) * 1000
