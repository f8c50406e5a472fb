"""What people who read the desk cost the intake of webhooks: the same load with and without them, in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table

from app.records.records import Records
from bench.databases import Database, databases
from bench.desk_data import DECISIONS, fill
from bench.intake import body_of, serving, signed
from bench.load import Measured, measure
from tests.support.loopback import NO_AUTHORITIES
from tests.support.processes import own_settings

SECONDS = 2.0
ROUNDS = 5
CLIENTS = 16
PAGES = (
    "/desk/decisions",
    "/desk/decisions?state=failed",
    "/desk/tickets/4711",
    "/desk/rules",
    "/desk/times",
    "/desk/failures",
    "/desk/mentions",
    "/desk/audit",
)
PACES = {"60 open tabs: 12 pages/s": 1 / 12, "one after the other": 0.0}
"""Seconds from one page to the next. A tab asks every five seconds."""


@dataclass
class _Reader:
    """Reads the pages in turn, in a thread of the load generator."""

    url: str
    pause: float
    took: list[float] = field(default_factory=list)
    """Seconds of each page."""
    _over: threading.Event = field(default_factory=threading.Event)

    def read(self, cookie: str) -> None:
        with httpx.Client(
            base_url=self.url, headers={"Cookie": cookie}, verify=NO_AUTHORITIES, trust_env=False, timeout=30
        ) as client:
            for page in cycle(PAGES):
                began = time.perf_counter()
                client.get(page).raise_for_status()
                self.took.append(time.perf_counter() - began)
                if self._over.wait(max(0.0, self.pause - self.took[-1])):
                    return

    @contextmanager
    def reading(self, cookie: str) -> Iterator[None]:
        thread = threading.Thread(target=self.read, args=(cookie,))
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


def run(console: Console) -> None:
    with databases(console) as known:
        for database in known:
            _measure(console, database)


def _measure(console: Console, database: Database) -> None:
    columns = ("reader", "webhooks/s alone", "with it", "ratio", "p99 ms alone", "with it", "pages/s", "page p50 ms")
    table = Table(*columns, title=f"Intake while the desk is read, {DECISIONS:,} decisions, {database.name}")
    url = database.new_url()
    records = Records.open(url)
    fill(records)
    records.close()
    with TemporaryDirectory() as folder, serving(Path(folder), url) as (webhooks, tickets):
        desk = webhooks.partition("/webhooks")[0]
        cookie = _signed_in(desk, own_settings(Path(folder), 0)["DESK_TOKEN"])
        firsts = count(0, 1_000_000)

        def request(number: int) -> tuple[bytes, dict[str, str]]:
            return signed(body_of(number, tickets[number % len(tickets)]))

        def load() -> Measured:
            return measure(webhooks, request, clients=CLIENTS, seconds=SECONDS, first=next(firsts))

        load()  # the first seconds of a process are slower than the rest
        for name, pause in PACES.items():
            rounds = []
            reader = []
            for _ in range(ROUNDS):
                alone = load()
                one = _Reader(desk, pause)
                with one.reading(cookie):
                    rounds.append((alone, load()))
                reader += one.took
            table.add_row(name, *_medians(rounds), f"{len(reader) / ROUNDS / SECONDS:.0f}", f"{_ms(reader):.0f}")
    console.print(table)


def _ms(seconds: list[float]) -> float:
    return median(seconds) * 1000


def _medians(rounds: list[tuple[Measured, Measured]]) -> tuple[str, ...]:
    return (
        f"{median(alone.rate for alone, _ in rounds):.0f}",
        f"{median(read.rate for _, read in rounds):.0f}",
        f"{median(read.rate / alone.rate for alone, read in rounds):.2f}",
        f"{median(alone.percentile(0.99) for alone, _ in rounds):.0f}",
        f"{median(read.percentile(0.99) for _, read in rounds):.0f}",
    )


def _signed_in(desk: str, token: str) -> str:
    """The cookie. Sent by hand: a client keeps none that is for https alone."""
    answer = httpx.post(f"{desk}/login", data={"token": token}, verify=NO_AUTHORITIES, trust_env=False)
    return answer.headers["set-cookie"].partition(";")[0]
