"""The same tickets through Pointsman and through Node-RED, in one run: without faults, with faults, and killed.

The flow (bench/nodered/flows.json) does what a careful user does without an engine: it checks the signature over the
raw body, works on a ticket once at a time, marks it with a tag, marks its issue and looks for it before it opens one,
begins again after each failure, eight times, and refuses to overwrite what others changed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.contenders import Contender, NotInstalled, install_node_red, node_red, pointsman
from bench.deliveries import Pace, Sent, send
from bench.effects import Effects, Written, effects, last_written, tagged, write_tickets
from bench.supervised import Supervised, running, wait_until
from tests.support.processes import RunningSandbox, free_port, sandboxed

# Who does not know whether an issue was opened waits for some minutes before it is opened again.
PATIENCE = 600.0
HANGS = 12.0
"""Seconds; both wait 10 for an answer, and the request is carried out all the same."""
WEATHER: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}, "chance": 0.02},
    {"kind": "status", "status": 503, "chance": 0.02},
    {"kind": "drop_before", "chance": 0.02},
    {"kind": "drop_after", "chance": 0.02},
    {"kind": "delay", "seconds": HANGS, "chance": 0.01},
    {"kind": "delay_before", "seconds": HANGS, "chance": 0.01},
)


@dataclass(frozen=True)
class Trial:
    title: str
    tickets: int
    latency: float
    """Seconds that each call of an API takes."""
    pace: Pace
    faults: tuple[dict[str, Any], ...] = ()
    kills: int = 0
    rounds: int = 1
    warming_up: int = 0
    """Tickets that come before, so that both have loaded what they load with the first ones."""
    seed: int = 1


TRIALS = (
    Trial(
        "Without faults, 20 ms an answer, 16 senders as fast as they are answered",
        200,
        0.02,
        Pace(),
        rounds=3,
        warming_up=24,
    ),
    Trial(
        "One call in ten harmed, 100 ms an answer, 10 tickets a second, a third of the deliveries repeated",
        300,
        0.1,
        Pace(10.0, repeated=0.33),
        WEATHER,
    ),
    Trial("SIGKILL five times, 100 ms an answer, 10 tickets a second", 200, 0.1, Pace(10.0), kills=5),
)


@dataclass(frozen=True)
class Outcome:
    sent: Sent
    effects: Effects
    seconds: float
    """From the first delivery to the last thing that was written."""
    lost_though_accepted: int
    tickets: int

    @property
    def rate(self) -> float:
        return self.tickets / self.seconds


@dataclass
class _Ground:
    sandbox: RunningSandbox
    server: Supervised
    url: str
    tickets: Mapping[int, Written] = field(default_factory=dict)


def run(console: Console) -> None:
    with TemporaryDirectory() as folder:
        contenders = [pointsman()]
        try:
            script = install_node_red(Path(folder))
            contenders += [node_red(script, answers=when) for when in ("early", "late")]
        except NotInstalled as missing:
            console.print(f"Only Pointsman is measured: there is no Node-RED here, {missing}.", markup=False)
        for trial in TRIALS:
            _show(console, trial, contenders)


def _show(console: Console, trial: Trial, contenders: list[Contender]) -> None:
    outcomes: dict[str, list[Outcome]] = {contender.name: [] for contender in contenders}
    for _round in range(trial.rounds):  # in turn, so that a slow moment of the machine hits all
        for contender in contenders:
            outcomes[contender.name].append(measure(trial, contender))
    table = Table(
        "", "tickets/s", "p50 ms", "p99 ms", "last, s", "lost", "accepted & lost", "issues twice", "notes twice",
        "wrong tags", title=f"{trial.title}; {trial.tickets} tickets, rounds: {trial.rounds}",
    )  # fmt: skip
    for name, rounds in outcomes.items():
        table.add_row(name, *_row(rounds))
    console.print(table)


def _row(rounds: list[Outcome]) -> tuple[str, ...]:
    """Medians of speed, sums of harm."""
    return (
        f"{median(one.rate for one in rounds):.1f}",
        f"{median(one.sent.percentile(0.5) for one in rounds):.0f}",
        f"{median(one.sent.percentile(0.99) for one in rounds):.0f}",
        f"{median(one.seconds for one in rounds):.0f}",
        str(sum(one.effects.lost for one in rounds)),
        str(sum(one.lost_though_accepted for one in rounds)),
        str(sum(one.effects.doubled_issues for one in rounds)),
        str(sum(one.effects.doubled_notes for one in rounds)),
        str(sum(one.effects.wrong for one in rounds)),
    )


def measure(trial: Trial, contender: Contender) -> Outcome:
    with TemporaryDirectory() as folder, sandboxed() as sandbox:
        for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
            sandbox.gitlab("add_project", path=project, visibility="public")
        port = free_port()
        server = contender.server(Path(folder), sandbox, port)
        ground = _Ground(
            sandbox,
            server,
            f"http://127.0.0.1:{port}",
            write_tickets(sandbox, trial.warming_up + trial.tickets, trial.seed),
        )
        with running(server):
            for control in (sandbox.zendesk, sandbox.gitlab):
                control("set", latency=trial.latency)
                control("faults_seed", seed=trial.seed)
                for fault in trial.faults:
                    control("fault_add", times=0, **fault)
            return _play(trial, contender, ground)


def _play(trial: Trial, contender: Contender, ground: _Ground) -> Outcome:
    secret = ground.sandbox.environ["ZENDESK_WEBHOOK_SECRET"]
    webhook, tickets = f"{ground.url}/webhooks/zendesk", list(ground.tickets)
    first, tickets = tickets[: trial.warming_up], tickets[trial.warming_up :]
    if first:
        send(webhook, secret, first, Pace())
        wait_until(lambda: tagged(ground.sandbox, first), PATIENCE, step=0.1)
    with ThreadPoolExecutor(1) as pool:
        kills = pool.submit(_kill, trial, ground.server)
        sent = send(webhook, secret, tickets, trial.pace)
        kills.result()  # raises, where it could not be killed or did not come up again
    _wait(contender, ground)
    found = effects(ground.sandbox, ground.tickets)
    return Outcome(
        sent=sent,
        effects=found,
        seconds=last_written(ground.sandbox) - sent.began,
        lost_though_accepted=sum(bool(sent.accepted[ticket]) for ticket in found.lost_tickets),
        tickets=len(tickets),
    )


def _kill(trial: Trial, server: Supervised) -> None:
    """At random moments while deliveries come; started again at once, as a supervisor would."""
    chance = random.Random(f"kills {trial.seed}")
    for _kill in range(trial.kills):
        time.sleep(chance.uniform(0.5, 1.5) * trial.tickets / trial.pace.per_second / (trial.kills + 1))
        server.kill()
        server.start()
        server.wait_until_up()


def _wait(contender: Contender, ground: _Ground) -> None:
    """Until the contender has nothing under way, or nothing more can be expected."""
    idle = 0

    def ended() -> bool:
        nonlocal idle
        idle = idle + 1 if contender.idle(ground.url) else 0
        return idle > HANGS  # what hangs at a service is carried out, and seen, only then

    wait_until(ended, PATIENCE, step=1.0)
