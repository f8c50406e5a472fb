"""Tickets from end to end: calls per ticket, and tickets a second by how long services take and how many work."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench.databases import Database, databases
from bench.deliveries import Pace, send
from bench.effects import last_written, tagged, write_reports
from bench.supervised import Supervised, running, wait_until
from tests.support.paths import ROOT
from tests.support.processes import RunningSandbox, free_port, own_settings, roomy_rules, sandboxed

TICKETS = 200
LATENCIES = (0.0, 0.02, 0.2)
PROCESSES = (1, 2, 4)
PATIENCE = 180.0
WORKER_STARTS_IN = 5.0


def run(console: Console) -> None:
    table = Table("database", "answers in", *map(str, PROCESSES), title="Bug reports a second, by number of processes")
    calls: Counter[tuple[str, str]] = Counter()
    with databases(console) as known:
        for database in known:
            for latency in LATENCIES:
                rates = [_rate(database, latency, processes, calls) for processes in PROCESSES]
                table.add_row(database.name, f"{latency * 1000:.0f} ms", *(f"{rate:.1f}" for rate in rates))
        runs = len(known) * len(LATENCIES) * len(PROCESSES)
    console.print(table)
    each = Table("service", "call", "per ticket")
    for (service, method), count in sorted(calls.items()):
        each.add_row(service, method, f"{count / TICKETS / runs:.2f}")
    console.print(each)


def _rate(database: Database, latency: float, processes: int, calls: Counter[tuple[str, str]]) -> float:
    with TemporaryDirectory() as name, sandboxed() as sandbox:
        for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
            sandbox.gitlab("add_project", path=project, visibility="public")
        with _processes(Path(name), sandbox, database.new_url(), processes) as service:
            tickets = write_reports(sandbox, TICKETS)
            for control in (sandbox.zendesk, sandbox.gitlab):
                control("set", latency=latency)
                control("calls_clear")
            secret = sandbox.environ["ZENDESK_WEBHOOK_SECRET"]
            sent = send(f"{service}/webhooks/zendesk", secret, tickets, Pace())
            if not wait_until(lambda: tagged(sandbox, tickets), PATIENCE):
                raise RuntimeError(f"the tickets were not done in {PATIENCE:.0f} s")
        for title, control in (("Zendesk", sandbox.zendesk), ("GitLab", sandbox.gitlab)):
            calls.update((title, call["method"]) for call in control("calls"))
        return TICKETS / (last_written(sandbox) - sent.began)


@contextmanager
def _processes(folder: Path, sandbox: RunningSandbox, database_url: str, count: int) -> Iterator[str]:
    """`pointsman serve`, which works too, and `pointsman work` beside it."""
    port = free_port()
    environ = {**sandbox.environ, **own_settings(folder, port), "ROUTING_FILE": str(roomy_rules(folder))}
    environ["DATABASE_URL"] = database_url
    service = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        for number in range(count):
            command = [sys.executable, "-m", "app.cli.main", "work" if number else "serve"]
            stack.enter_context(
                running(Supervised(command, environ, ROOT, f"{service}/readyz", folder / f"{number}.log"))
            )
        if count > 1:
            time.sleep(WORKER_STARTS_IN)  # nobody can ask them whether they are up
        yield service
