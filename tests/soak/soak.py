"""Many tickets through `pointsman serve`, and its memory meanwhile; sandbox and service have processes of their own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.support.loopback import WEB
from tests.support.processes import (
    RunningSandbox,
    Start,
    free_port,
    fresh,
    memory_settings,
    own_settings,
    process,
    roomy_rules,
    sandboxed,
)

MEMORY = re.compile(r"^process_resident_memory_bytes (\S+)", re.MULTILINE)
DONE = re.compile(r"^pointsman_delivery_to_done_seconds_count (\S+)", re.MULTILINE)
# One in so many becomes an issue, of which the service keeps a copy: its index grows by a kilobyte for each.
REPORTS = 10
MEGABYTE = 1_000_000
STUCK_AFTER = 120.0


@dataclass(frozen=True)
class Plan:
    tickets: int = 20_000
    warm_up: float = 0.2
    """The share of the tickets after which memory must stay where it is."""
    bound: float = 20.0
    """By so many megabytes it may still grow."""
    under_way: int = 100
    samples: int = 20
    pause: float = 0.1
    """Seconds between two looks."""


@dataclass(frozen=True)
class Sample:
    tickets: int
    """Done."""
    seconds: float
    memory: float
    """Resident, in megabytes."""


@dataclass(frozen=True)
class Report:
    plan: Plan
    samples: tuple[Sample, ...]
    decided: int
    """Tickets with our tags, as the sandbox has them."""

    @property
    def grown(self) -> float:
        """Megabytes from the first samples after the warm-up to the last ones: medians, because memory comes and goes.

        Three of each.
        """
        warm = [one.memory for one in self.samples if one.tickets >= self.plan.warm_up * self.plan.tickets]
        return median(warm[-3:]) - median(warm[:3])

    @property
    def problems(self) -> tuple[str, ...]:
        said = []
        if self.grown > self.plan.bound:
            said.append(f"memory grew by {self.grown:.1f} MB after the warm-up, by more than {self.plan.bound:.0f} MB")
        if self.decided < self.plan.tickets:
            said.append(f"{self.plan.tickets - self.decided} tickets were not decided")
        return tuple(said)


def soak(
    plan: Plan,
    folder: Path,
    database_url: str,
    watch: Callable[[Sample], None] = lambda _: None,
    start: Start = fresh,
) -> Report:
    """Raises RuntimeError when nothing moves any more."""
    port = free_port()
    service = f"http://127.0.0.1:{port}"
    with sandboxed(start) as sandbox:
        for project in ("gitlab-org/gitlab", "gitlab-com/infrastructure"):
            sandbox.gitlab("add_project", path=project, visibility="public")
        own = {"DATABASE_URL": database_url, "ROUTING_FILE": str(roomy_rules(folder))}
        environ = {**sandbox.environ, **own_settings(folder, port), **memory_settings(), **own}
        with process("app.cli.main", "serve", ready=f"{service}/healthz", environ=environ, start=start):
            for vendor, control in (("zendesk", sandbox.zendesk), ("gitlab", sandbox.gitlab)):
                control("subscribe", endpoint_url=f"{service}/webhooks/{vendor}")
                control("set", auto_deliver=True)
            samples = []
            for sample in _samples(plan, sandbox, service):
                samples.append(sample)
                watch(sample)
        decided = sum(
            any(tag.startswith("archetype__") for tag in sandbox.zendesk("ticket", ticket_id=ticket)["tags"])
            for ticket in sandbox.zendesk("ticket_ids")
        )
        return Report(plan, tuple(samples), decided)


def _samples(plan: Plan, sandbox: RunningSandbox, service: str) -> Iterator[Sample]:
    """Writes the tickets, few enough at a time that none waits for long."""
    began = moved = time.monotonic()
    written = done = 0
    with ThreadPoolExecutor(4) as writers:
        while done < plan.tickets:
            now, memory = _look(service)
            if now > done:
                moved = time.monotonic()
            elif time.monotonic() - moved > STUCK_AFTER:
                raise RuntimeError(f"{done} of {plan.tickets} tickets are done, and for {STUCK_AFTER:.0f} s no other")
            if now * plan.samples // plan.tickets > done * plan.samples // plan.tickets:
                yield Sample(now, time.monotonic() - began, memory)
            done = now
            room = min(plan.tickets, done + plan.under_way) - written
            list(writers.map(lambda number: _write(sandbox, number), range(written, written + room)))
            written += max(0, room)
            if written < plan.tickets or done < plan.tickets:
                time.sleep(plan.pause)
            if written % 1000 == 0:
                for control in (sandbox.zendesk, sandbox.gitlab):
                    control("calls_clear")


def _look(service: str) -> tuple[int, float]:
    """How many tickets are done, and megabytes."""
    text = WEB.get(f"{service}/metrics").text
    memory, done = MEMORY.search(text), DONE.search(text)
    if memory is None:
        raise RuntimeError("the service does not say how much memory it has: that needs Linux")
    return int(float(done[1])) if done else 0, float(memory[1]) / MEGABYTE


def _write(sandbox: RunningSandbox, number: int) -> None:
    words = f"w{number * 7919 % 1_000_003:x} w{number:x}"
    report = f"since 11.4 the {words} fails with error {words}. With 11.3 it was fine"
    sandbox.zendesk(
        "create_ticket",
        body=report if number % REPORTS == 0 else f"@gitlab thank you for the great release! {words}",
        via_channel="twitter",
        requester={"name": f"Person {number}", "email": f"p{number}@example.org"},
    )
