"""Beside an older version: OLDER=/path/to/its/tree, with an environment of its own in .venv. Linux."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.deliveries import Pace, send
from bench.effects import PROJECT, last_written, tagged, write_reports
from bench.supervised import Supervised, running, wait_until
from bench.usage import memory, processor_seconds
from tests.support.paths import ROOT
from tests.support.processes import RunningSandbox, free_port, memory_settings, own_settings, roomy_rules, sandboxed

TICKETS = 200
WARM_UP = 80
"""Until the model is loaded and each worker has its connections."""
ALONE = 15
"""Tickets that come when nothing else is to do."""
ROUNDS = 3
LATENCY = 0.02
PATIENCE = 240.0


@dataclass(frozen=True)
class Tree:
    name: str
    folder: Path
    programs: Path
    """Of its environment."""


@dataclass(frozen=True)
class Cost:
    rate: float
    """Tickets a second."""
    processor_ms: float
    """For a ticket."""
    alone_ms: float
    """From webhook to written ticket, beyond the calls, when nothing else is to do."""
    calls: int
    """To Zendesk and GitLab."""
    megabytes: float


def run(console: Console) -> None:
    older = os.environ.get("OLDER")
    if not older:
        console.print("older: skipped. Say where the older version is: OLDER=/path make bench ARGS=older")
        return
    trees = (Tree("older", Path(older), Path(older) / ".venv/bin"), Tree("this one", ROOT, Path(sys.executable).parent))
    costs: dict[str, list[Cost]] = {tree.name: [] for tree in trees}
    for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine hits both
        for tree in trees:
            costs[tree.name].append(measured(tree))
    table = Table("", *costs, "ratio", title=f"One `serve`, SQLite, answers in {LATENCY * 1000:.0f} ms")
    for said, which in (
        ("tickets a second", lambda cost: cost.rate),
        ("processor time for a ticket, ms", lambda cost: cost.processor_ms),
        ("one ticket alone, beyond its calls, ms", lambda cost: cost.alone_ms),
        ("its calls", lambda cost: cost.calls),
        ("memory, MB", lambda cost: cost.megabytes),
    ):
        before, now = (median(map(which, rounds)) for rounds in costs.values())
        table.add_row(said, f"{before:.1f}", f"{now:.1f}", f"{now / before:.2f}")
    console.print(table)


def measured(tree: Tree) -> Cost:
    with TemporaryDirectory() as name, sandboxed() as sandbox:
        for project in (PROJECT, "gitlab-com/infrastructure"):
            sandbox.gitlab("add_project", path=project, visibility="public")
        with _serve(tree, Path(name), sandbox) as (url, server):
            written = partial(_written, sandbox, f"{url}/webhooks/zendesk")
            tickets = write_reports(sandbox, WARM_UP + TICKETS + ALONE)
            for control in (sandbox.zendesk, sandbox.gitlab):
                control("set", latency=LATENCY)
            written(tickets[:WARM_UP])
            before = processor_seconds(server)
            seconds = written(tickets[WARM_UP:-ALONE])
            used = processor_seconds(server) - before
            time.sleep(2)  # what follows the last ticket is done then
            alone = [written([ticket]) - waited(sandbox) for ticket in tickets[-ALONE:]]
            opened = len(sandbox.gitlab("issues", project=PROJECT))
            if opened != len(tickets):
                raise RuntimeError(f"{tree.name}: {opened} issues of {len(tickets)} tickets")
            return Cost(
                TICKETS / seconds, used / TICKETS * 1000, median(alone) * 1000, calls(sandbox), memory(server) / 1e6
            )


def calls(sandbox: RunningSandbox) -> int:
    """Since the last tickets were sent."""
    return len(_calls(sandbox))


def waited(sandbox: RunningSandbox) -> float:
    """Seconds that the services took to answer these calls, which come one after the other."""
    return sum(float(call["ended"]) - float(call["began"]) for call in _calls(sandbox))


def _calls(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return [*sandbox.zendesk("calls"), *sandbox.gitlab("calls")]


def _all_ended(sandbox: RunningSandbox) -> bool:
    """A ticket is changed before the call that changed it has ended."""
    return all(call["ended"] for call in _calls(sandbox))


def _written(sandbox: RunningSandbox, webhook: str, tickets: list[int]) -> float:
    """Seconds from the first webhook to the last written ticket."""
    for control in (sandbox.zendesk, sandbox.gitlab):
        control("calls_clear")
    sent = send(webhook, sandbox.environ["ZENDESK_WEBHOOK_SECRET"], tickets, Pace())
    if not wait_until(partial(tagged, sandbox, list(tickets)), PATIENCE, step=0.5 if len(tickets) > 1 else 0.05):
        raise RuntimeError(f"the tickets were not done in {PATIENCE:.0f} s")
    wait_until(partial(_all_ended, sandbox), PATIENCE, step=0.01)
    return last_written(sandbox) - sent.began


@contextmanager
def _serve(tree: Tree, folder: Path, sandbox: RunningSandbox) -> Iterator[tuple[str, int]]:
    """Its address and its process."""
    port = free_port()
    environ = {
        **sandbox.environ,
        **own_settings(folder, port),
        **memory_settings(tree.folder),
        "PYTHONPATH": str(tree.folder),  # ours would lead the other one here
        "ROUTING_FILE": str(roomy_rules(folder, tree.folder)),
        "MACROS_FILE": str(tree.folder / "macros.yaml"),
    }
    url = f"http://127.0.0.1:{port}"
    command = [str(tree.programs / "pointsman"), "serve"]
    server = Supervised(command, environ, tree.folder, f"{url}/healthz", folder / "server.log")
    with running(server):
        yield url, server.process_id
