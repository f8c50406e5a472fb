"""Tickets from end to end, with services that answer in 20 ms: tickets a second, and calls per ticket."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from app import logs
from app.demo.serving import serving
from app.service import Service
from app.settings import load
from bench.servers import ROOT
from integrations.sandbox import Sandbox

TICKETS = 200
LATENCY = 0.02
REPORT = (
    "GitLab CE {number}: after the upgrade to 10.{minor} the page widget{number} crashes with error E{number}, "
    "steps to reproduce: open it, click save. Expected: it saves. Actual: error 500 in production.log"
)


def run(console: Console) -> None:
    logs.configure("error")
    with TemporaryDirectory() as folder, Sandbox.start() as sandbox:
        for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
            sandbox.gitlab.add_project(project, "public")
        settings = load(
            {
                "ZENDESK_URL": sandbox.zendesk.url,
                "ZENDESK_EMAIL": sandbox.zendesk.email,
                "ZENDESK_TOKEN": sandbox.zendesk.token,
                "ZENDESK_WEBHOOK_SECRET": sandbox.zendesk.webhook_secret,
                "GITLAB_URL": sandbox.gitlab.url,
                "GITLAB_TOKEN": sandbox.gitlab.token,
                "DESK_TOKEN": "bench",
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'pointsman.db'}",
                "ROUTING_FILE": str(ROOT / "routing.yaml"),
                "MACROS_FILE": str(ROOT / "macros.yaml"),
                "PORT": "0",
            }
        )
        service = Service.build(settings)
        with serving(service) as address:
            sandbox.zendesk.subscribe(f"{address}/webhooks/zendesk")
            sandbox.zendesk.latency = sandbox.gitlab.latency = LATENCY
            _measure(console, sandbox, service)


def _measure(console: Console, sandbox: Sandbox, service: Service) -> None:
    tickets = [
        sandbox.zendesk.create_ticket(
            subject=f"Widget{number} crashes",
            body=REPORT.format(number=number, minor=number % 9),
            via_channel="twitter",
            requester={"name": f"Person {number}", "email": f"p{number}@example.org"},
        )
        for number in range(TICKETS)
    ]
    for sandboxed in (sandbox.zendesk, sandbox.gitlab):
        sandboxed.calls_clear()
    start = time.perf_counter()
    for ticket_id in tickets:
        sandbox.zendesk.deliver(ticket_id)
    while service.engine.unfinished():
        time.sleep(0.02)
    seconds = time.perf_counter() - start
    opened = sum(bool(service.records.links.of_ticket(ticket_id)) for ticket_id in tickets)
    table = Table("service", "call", "per ticket", title=f"{TICKETS} bug reports, {LATENCY * 1000:.0f} ms per answer")
    for name, sandboxed in (("Zendesk", sandbox.zendesk), ("GitLab", sandbox.gitlab)):
        for method, count in sorted(Counter(call.method for call in sandboxed.calls).items()):
            table.add_row(name, method, f"{count / TICKETS:.2f}")
    console.print(table)
    console.print(f"{TICKETS / seconds:.1f} tickets a second, {opened} with an issue")
