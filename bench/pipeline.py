"""Tickets from end to end, with services that answer in 20 ms: tickets a second, and calls per ticket."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table

from bench.servers import ROOT, RunningSandbox, free_port, own_settings, process, sandboxed

TICKETS = 300
LATENCY = 0.02
DONE = re.compile(r"^pointsman_delivery_to_done_seconds_count (\d+)", re.MULTILINE)
REPORT = (
    "after the upgrade to 10.{minor} the widget{number} fails with error E{number}. With 9.5 it was fine. "
    "Open it and click save: production.log says undefined method"
)


def run(console: Console) -> None:
    with TemporaryDirectory() as folder, sandboxed() as sandbox:
        for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
            sandbox.gitlab("add_project", path=project, visibility="public")
        # Without its caps and GitLab.com's limit of new issues: they would stop us, as they should.
        routing = Path(folder) / "routing.yaml"
        text = re.sub(r"^  caps: .*$", "", (ROOT / "routing.yaml").read_text(), flags=re.MULTILINE)
        routing.write_text(re.sub(r"^limits:$", "limits:\n  gitlab_issues: 1000000", text, flags=re.MULTILINE))
        port = free_port()
        environ = {**sandbox.environ, **own_settings(Path(folder), port), "ROUTING_FILE": str(routing)}
        service = f"http://127.0.0.1:{port}"
        with process("app.cli", "serve", ready=f"{service}/readyz", environ=environ):
            sandbox.zendesk("subscribe", endpoint_url=f"{service}/webhooks/zendesk")
            for latency_of in (sandbox.zendesk, sandbox.gitlab):
                latency_of("set", latency=LATENCY)
            _measure(console, sandbox, service)


def _measure(console: Console, sandbox: RunningSandbox, service: str) -> None:
    tickets = [
        sandbox.zendesk(
            "create_ticket",
            subject=f"Widget{number} fails",
            body=REPORT.format(number=number, minor=number % 9),
            via_channel="twitter",
            requester={"name": f"Person {number}", "email": f"p{number}@example.org"},
        )
        for number in range(TICKETS)
    ]
    for calls_of in (sandbox.zendesk, sandbox.gitlab):
        calls_of("calls_clear")
    start = time.perf_counter()
    for ticket_id in tickets:
        sandbox.zendesk("deliver", ticket_id=ticket_id)
    while _done(service) < TICKETS:
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    table = Table("service", "call", "per ticket", title=f"{TICKETS} bug reports, {LATENCY * 1000:.0f} ms an answer")
    for name, calls_of in (("Zendesk", sandbox.zendesk), ("GitLab", sandbox.gitlab)):
        for method, count in sorted(Counter(call["method"] for call in calls_of("calls")).items()):
            table.add_row(name, method, f"{count / TICKETS:.2f}")
    console.print(table)
    console.print(
        f"{TICKETS / seconds:.1f} tickets a second, {len(sandbox.gitlab('issues', project='gitlab-org/gitlab'))} issues"
    )


def _done(service: str) -> int:
    found = DONE.search(httpx.get(f"{service}/metrics").text.replace(".0", ""))
    return int(found[1]) if found else 0
