"""Tickets a minute under Zendesk's limit of 100 updates a minute: one by one, and with bulk jobs."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.support.paths import ROOT
from tests.support.processes import free_port, own_settings, process, sandboxed, tickets_done

UPDATES = 100
# Suite Professional; and without a limit, to see what else there is.
REQUESTS = (400, 1_000_000)
TICKETS = 900
# Whole windows of a minute, from the first call on.
MINUTES = 2


@dataclass(frozen=True)
class Run:
    tickets: int
    seconds: float
    refused: int
    jobs: int

    @property
    def per_minute(self) -> float:
        return self.tickets / self.seconds * 60


def run(console: Console) -> None:
    table = Table(
        "requests a minute", "how", "tickets a minute", "ratio", "429 answers", "bulk jobs",
        title=f"{UPDATES} updates a minute, a fifth of it left to people",
    )  # fmt: skip
    for requests in REQUESTS:
        alone = _measure(bulk_from=1_000_000, requests=requests)
        together = _measure(bulk_from=10, requests=requests)
        limit = f"{requests}" if requests < 10_000 else "no limit"
        for name, one in (("one by one", alone), ("bulk jobs", together)):
            ratio = one.per_minute / alone.per_minute
            table.add_row(limit, name, f"{one.per_minute:.0f}", f"{ratio:.1f}", str(one.refused), str(one.jobs))
    console.print(table)


def _measure(*, bulk_from: int, requests: int) -> Run:
    with TemporaryDirectory() as folder, sandboxed() as sandbox:
        routing = Path(folder) / "routing.yaml"
        text = (ROOT / "routing.yaml").read_text()
        routing.write_text(re.sub(r"^limits:$", f"limits:\n  bulk_from: {bulk_from}", text, flags=re.MULTILINE))
        port = free_port()
        environ = {**sandbox.environ, **own_settings(Path(folder), port), "ROUTING_FILE": str(routing)}
        service = f"http://127.0.0.1:{port}"
        limits = {"updates_per_minute": UPDATES, "requests_per_minute": requests, "job_seconds": 2.0}
        sandbox.zendesk("set", limits=limits)
        tickets = [
            sandbox.zendesk(
                "create_ticket",
                subject="",
                body="@gitlab thank you for the great release!",
                via_channel="twitter",
                requester={"name": f"Person {number}", "email": f"p{number}@example.org"},
            )
            for number in range(TICKETS)
        ]
        with process("app.cli.main", "serve", ready=f"{service}/healthz", environ=environ):
            sandbox.zendesk("subscribe", endpoint_url=f"{service}/webhooks/zendesk")
            start = time.monotonic()
            for ticket_id in tickets:
                sandbox.zendesk("deliver", ticket_id=ticket_id)
            while (done := tickets_done(service)) < TICKETS and time.monotonic() - start < MINUTES * 60 - 2:
                time.sleep(0.2)
            seconds = time.monotonic() - start
        calls = sandbox.zendesk("calls")
        statuses = Counter(call["status"] for call in calls)
        jobs = sum(call["path"].endswith("/update_many") for call in calls)
        return Run(done, min(seconds + 2, MINUTES * 60) if done < TICKETS else seconds, statuses[429], jobs)
