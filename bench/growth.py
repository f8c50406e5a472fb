"""What 50,000 waiting deliveries cost: intake and tickets beside the same service with an empty queue; and disk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from app.records.database import make_engine
from app.records.records import Records
from app.records.tables import metadata
from app.work.engine.engine import Engine
from app.work.messages import TicketChanged, TriageTicket, Work
from bench.databases import Database, databases
from bench.effects import write_tickets
from bench.intake import SECRET, body_of, signed
from bench.load import Measured, measure
from bench.supervised import wait_until
from tests.support.processes import (
    RunningSandbox,
    free_port,
    own_settings,
    process,
    roomy_rules,
    sandboxed,
    tickets_done,
)

QUEUED = int(os.environ.get("GROWTH_QUEUED", "50000"))
ROUNDS = int(os.environ.get("GROWTH_ROUNDS", "3"))
TICKETS, WARM_UP, LEFT_OUT = 150, 30, 10
"""Not waited for: one whose link to GitLab was put off."""
BATCH = 500
SECONDS = 3.0
CLIENTS = 16
PATIENCE = 60.0
GOAL = 1.5
NOBODY = 20_000_000
"""From here on there are no such tickets: looking at one costs a read."""


@dataclass
class Side:
    """A service on a database of its own."""

    name: str
    database: str
    folder: Path
    seed: int
    """Tickets that resemble those of the other side would be linked to its issues."""
    tickets: int = 0
    per_second: list[float] = field(default_factory=list)
    intake: list[Measured] = field(default_factory=list)


def run(console: Console) -> None:
    columns = ("database", "queue", "tickets/s", "webhooks/s", "p50 ms", "p99 ms")
    table = Table(*columns, title=f"{QUEUED:,} deliveries queued")
    sizes = Table("database", "bytes a ticket", "of which work that ended", title="Disk")
    said = []
    with databases(console) as known:
        for database in known:
            with TemporaryDirectory() as folder, sandboxed() as sandbox:
                for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
                    sandbox.gitlab("add_project", path=project, visibility="public")
                sides = _sides(sandbox, database, Path(folder), sizes)
            for side in sides:
                table.add_row(database.name, side.name, *_medians(side))
            said.append(_judged(database.name, *sides))
    console.print(table)
    console.print(sizes)
    for line in said:
        console.print(line)


def _sides(sandbox: RunningSandbox, database: Database, folder: Path, sizes: Table) -> list[Side]:
    """In turn, and never at the same time: two services would share the two cores."""
    sides = [Side(name, database.new_url(), folder / name, seed) for seed, name in ((1, "empty"), (2, "full"))]
    for side in sides:
        side.folder.mkdir()
        Records.open(side.database).close()
    before = _size(sides[0].database)
    for _ in range(ROUNDS):
        for side in sides:
            _time_tickets(sandbox, side)
    work, records = (after - then for after, then in zip(_size(sides[0].database), before, strict=True))
    done = sides[0].tickets
    sizes.add_row(database.name, f"{(work + records) / done:,.0f}", f"{work / done:,.0f}")
    numbers = count(1, 1_000_000)
    for _ in range(ROUNDS):
        for side in sides:
            with _serving(sandbox, side) as url:
                hook = f"{url}/webhooks/zendesk"
                side.intake.append(measure(hook, _delivery, clients=CLIENTS, seconds=SECONDS, first=next(numbers)))
    return sides


def _delivery(number: int) -> tuple[bytes, dict[str, str]]:
    return signed(body_of(number, NOBODY + QUEUED + number))


def _time_tickets(sandbox: RunningSandbox, side: Side) -> None:
    """Tickets a second of those in front of the queue, from some to the last; the service starts with the first.

    What waits behind them is put there by the first round, and still waits in the last.
    """
    now = datetime.now(UTC)
    if side.name == "full" and not side.tickets:
        _fill(side.database, range(NOBODY, NOBODY + QUEUED), "behind", now)
    tickets = list(write_tickets(sandbox, TICKETS, seed=side.seed + side.tickets))
    _fill(side.database, tickets, "front", now - timedelta(hours=1))
    side.tickets += TICKETS
    with _serving(sandbox, side) as url:
        began = _when(url, WARM_UP)
        took = _when(url, TICKETS - LEFT_OUT) - began
    side.per_second.append((TICKETS - LEFT_OUT - WARM_UP) / took)


def _when(url: str, tickets: int) -> float:
    """When so many were done, by the monotonic clock."""
    if not wait_until(lambda: tickets_done(url) >= tickets, PATIENCE, step=0.1):
        raise RuntimeError(f"{tickets} tickets were not done in {PATIENCE:.0f} s")
    return time.monotonic()


def _fill(database: str, tickets: Sequence[int], name: str, accepted: datetime) -> None:
    """As the web does, without the web."""
    engine = Engine(database, worker=False)
    engine.register(TriageTicket, lambda _: None, lambda _, __: None)
    engine.start()
    for first in range(0, len(tickets), BATCH):
        some = tickets[first : first + BATCH]
        created = TicketChanged(event="ticket.created")
        engine.accept(
            [
                Work(TriageTicket(key=f"zd:{name}:{one}", accepted_at=accepted, ticket_id=one, cause=created))
                for one in some
            ]
        )
    engine.stop()


@contextmanager
def _serving(sandbox: RunningSandbox, side: Side) -> Iterator[str]:
    port = free_port()
    environ = {
        **sandbox.environ,
        **own_settings(side.folder, port),
        "DATABASE_URL": side.database,
        "ROUTING_FILE": str(roomy_rules(side.folder)),
        "ZENDESK_WEBHOOK_SECRET": SECRET,
    }
    url = f"http://127.0.0.1:{port}"
    with process("app.cli.main", "serve", ready=f"{url}/healthz", environ=environ):
        yield url


def _size(database: str) -> tuple[int, int]:
    """Bytes of the engine's tables, and of ours, with their indexes."""
    engine = make_engine(database, pool=1)
    own = set(metadata.tables)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            query = "select m.tbl_name, sum(s.pgsize) from dbstat s join sqlite_schema m on m.name = s.name group by 1"
        else:
            query = "select relname, pg_total_relation_size(relid) from pg_stat_user_tables"
        sizes = {str(name): int(size) for name, size in connection.execute(sa.text(query))}
    engine.dispose()
    ours = sum(size for name, size in sizes.items() if name in own)
    return sum(sizes.values()) - ours, ours


def _medians(side: Side) -> tuple[str, ...]:
    return (
        f"{median(side.per_second):.1f}",
        f"{median(one.rate for one in side.intake):.0f}",
        f"{median(one.percentile(0.5) for one in side.intake):.1f}",
        f"{median(one.percentile(0.99) for one in side.intake):.0f}",
    )


def _judged(database: str, empty: Side, full: Side) -> str:
    tickets = median(empty.per_second) / median(full.per_second)
    intake = median(one.rate for one in empty.intake) / median(one.rate for one in full.intake)
    held = "held" if max(tickets, intake) <= GOAL else "MISSED"
    return (
        f"{database}: a ticket takes {tickets:.2f} times as long as with an empty queue, "
        f"a webhook {intake:.2f} times (goal {GOAL}: {held})"
    )
