"""Starts the sandbox and the service, sends the samples as signed webhooks, and watches what becomes of them."""

from __future__ import annotations

import secrets
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live

from app import logs
from app.bootstrap import build
from app.demo.outcome import Outcome, outcome
from app.demo.samples import Sample, Samples, load_samples
from app.demo.table import table
from app.demo.way_back import close_an_issue
from app.rules.parsing.positions import BadRules
from app.settings import BadSettings, Settings, load
from app.web.app import create_app
from app.web.serving import serve_in_thread
from integrations.sandbox import Sandbox

LONGEST_WAIT = 60.0
PORTS = {"zendesk_port": 8481, "gitlab_port": 8482, "chat_port": 8483}
SERVICE_PORT = 8480


def run_demo(console: Console, *, stay: bool) -> int:
    """0 if every ticket ended as its sample says, else 1. With `stay` the servers run until Ctrl-C."""
    logs.configure("critical")
    samples = load_samples()
    ports = PORTS if stay else {}
    try:
        with Sandbox.start(**ports) as sandbox, TemporaryDirectory(prefix="pointsman-demo-") as folder:
            settings = _settings(sandbox, Path(folder), port=SERVICE_PORT if stay else 0)
            _seed(sandbox, samples)
            with serve_in_thread(create_app(build(settings)), settings) as address:
                return _play(console, sandbox, settings, samples, address, stay=stay)
    except BadRules as error:
        for problem in error.problems:
            console.print(str(problem), markup=False, soft_wrap=True)
    except BadSettings as error:
        console.print("Run the demo in the folder with routing.yaml and macros.yaml:", *error.problems, sep="\n  ")
    except OSError as error:
        console.print(f"The demo could not start: {error.strerror}. Is another one running?")
    return 1


def _play(console: Console, sandbox: Sandbox, settings: Settings, samples: Samples, address: str, *, stay: bool) -> int:
    sandbox.zendesk.subscribe(f"{address}/webhooks/zendesk")
    sandbox.gitlab.subscribe(f"{address}/webhooks/gitlab")
    token = settings.desk_token.get_secret_value()
    console.print(f"Tickets, as an advocate sees them  {sandbox.zendesk.url}")
    console.print(f"Issues                             {sandbox.gitlab.url}")
    console.print(f"The team's chat                    {sandbox.chat.url}")
    console.print(f"The service                        {address}/api/decisions  (DESK_TOKEN {token})\n")
    outcomes = _watch(console, sandbox, samples, httpx.Client(base_url=address, headers=_bearer(token)))
    console.print()
    wrong = [one for one in outcomes if one.differences]
    missing = len(samples.tickets) - len(outcomes)
    for one in wrong:
        console.print(f"[red]{one.ticket_id}[/] {'; '.join(one.differences)}", soft_wrap=True)
    console.print(_summary(len(outcomes) - len(wrong), len(samples.tickets), missing))
    back = close_an_issue(sandbox, outcomes)
    if back:
        console.print(f"[{'green' if back.right else 'red'}]{back.sentence}[/]", soft_wrap=True)
    if stay:
        console.print("Change a phrase in routing.yaml and run it again to see the difference. Ctrl-C ends the demo.")
        _until_interrupted()
    return 1 if wrong or missing or (back and not back.right) else 0


def _watch(console: Console, sandbox: Sandbox, samples: Samples, desk: httpx.Client) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with desk, Live(table([], len(samples.tickets)), console=console, refresh_per_second=8) as live:
        sent: dict[int, Sample] = {}
        for sample in samples.tickets:
            ticket_id = sandbox.zendesk.create_ticket(**sample.ticket)
            if sandbox.zendesk.deliver(ticket_id) == [202]:
                sent[ticket_id] = sample
        deadline = time.monotonic() + LONGEST_WAIT
        while sent and time.monotonic() < deadline:
            for ticket_id, sample in list(sent.items()):
                decision = _decision(desk, ticket_id)
                if decision:
                    outcomes.append(outcome(sample, decision, sandbox.zendesk.ticket(ticket_id)))
                    del sent[ticket_id]
            outcomes.sort(key=lambda one: one.ticket_id)
            live.update(table(outcomes, len(sent)))
            time.sleep(0.05)
    return outcomes


def _decision(desk: httpx.Client, ticket_id: int) -> dict[str, Any] | None:
    """The decision, once its work has ended."""
    answer = desk.get(f"/api/tickets/{ticket_id}")
    if answer.status_code != 200:
        return None
    decision: dict[str, Any] = answer.json()
    return decision if decision["state"] in {"done", "failed"} else None


def _seed(sandbox: Sandbox, samples: Samples) -> None:
    for name in samples.groups:
        sandbox.zendesk.add_group(name)
    for project in sorted({issue.project for issue in samples.issues}):
        sandbox.gitlab.add_project(project, "public")
    for issue in samples.issues:
        sandbox.gitlab.add_issue(**issue.model_dump())


def _settings(sandbox: Sandbox, folder: Path, *, port: int) -> Settings:
    return load(
        {
            **sandbox.environment(),
            "DESK_TOKEN": secrets.token_urlsafe(24),
            "DATABASE_URL": f"sqlite:///{folder / 'pointsman.db'}",
            "PORT": str(port),
        }
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _summary(right: int, total: int, missing: int) -> str:
    if right == total:
        return f"[green]{right} of {total} tickets ended as their samples say.[/]"
    late = f", {missing} did not end in time" if missing else ""
    return f"[red]{right} of {total} tickets ended as their samples say{late}.[/]"


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
