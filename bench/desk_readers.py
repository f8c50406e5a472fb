"""What people who read the desk cost the intake of webhooks: the same load with and without them, in turn."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx
from rich.console import Console
from rich.table import Table

from app.records.records import Records
from bench.databases import Database, databases
from bench.desk_data import DECISIONS, fill
from bench.intake import body_of, serving, signed
from bench.load import Measured, measure
from bench.usage import processor_seconds
from tests.support.loopback import NO_AUTHORITIES
from tests.support.processes import own_settings

SECONDS = float(os.environ.get("READER_SECONDS", "2"))
ROUNDS = int(os.environ.get("READER_ROUNDS", "5"))
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
TABS, PEOPLE = 60, 20
FOLLOWING = tuple(page for page in PAGES if page not in {"/desk/rules", "/desk/times"})
"""Pages that ask for news while they are open."""
LIVE = re.compile(r'id="live" hx-get="([^"]+)".* hx-ptag="(\w+)"')


@dataclass
class Browser:
    """A kept-alive connection. Not httpx: its own work for a request would slow the load generator beside it."""

    connection: HTTPConnection

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[HTTPMessage, str]:
        self.connection.request("GET", path, headers=dict(headers))
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status in {200, 304}
        return answer.headers, body.decode()


class Reader(Protocol):
    def next_seconds(self) -> float:
        """Until it reads again."""

    def read(self, browser: Browser) -> None: ...


@dataclass
class Program:
    """Reads the pages one after the other without a rest."""

    cookie: str
    _pages: Iterator[str] = field(default_factory=lambda: cycle(PAGES))

    def next_seconds(self) -> float:
        return 0.0

    def read(self, browser: Browser) -> None:
        browser.get(next(self._pages), {"Cookie": self.cookie})


@dataclass
class Tab:
    """A page that is open, and asks as our script does."""

    address: str
    headers: dict[str, str]
    every: int = 5
    """Seconds; the service may tell it another number."""

    def ask(self, browser: Browser) -> None:
        given, _ = browser.get(self.address, self.headers)
        self.headers["HX-PTag"] = given["hx-ptag"]
        self.every = int(given.get("next-tick", self.every))


@dataclass
class Tabs:
    """One asks after the other, evenly."""

    tabs: Sequence[Tab]
    _next: Iterator[Tab] = field(init=False)

    def __post_init__(self) -> None:
        self._next = cycle(self.tabs)

    def next_seconds(self) -> float:
        return sum(one.every for one in self.tabs) / len(self.tabs) ** 2

    def read(self, browser: Browser) -> None:
        next(self._next).ask(browser)


@dataclass
class _Reading:
    """In a thread of the load generator."""

    browser: Browser
    reader: Reader
    took: list[float] = field(default_factory=list)
    """Seconds of each answer."""
    worked: float = 0.0
    """Seconds of the processor that the reader itself took: browsers are on other machines."""
    _over: threading.Event = field(default_factory=threading.Event)

    def _read(self) -> None:
        due = time.perf_counter()
        while not self._over.wait(max(0.0, due - time.perf_counter())):
            began = time.perf_counter()
            due = max(due, began - 1) + self.reader.next_seconds()
            self.reader.read(self.browser)
            self.took.append(time.perf_counter() - began)
        self.worked = time.thread_time()

    @contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self._read)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


@dataclass(frozen=True)
class Load:
    measured: Measured
    worked: float
    """Seconds of the processor that all of our processes took, without the reader."""

    @property
    def each(self) -> float:
        return self.worked / self.measured.requests


def run(console: Console) -> None:
    with databases(console) as known:
        for database in known:
            _measure(console, database)


def _measure(console: Console, database: Database) -> None:
    columns = (
        "reader", "webhooks/s alone", "with it", "ratio", "by processor time", "p99 ms alone", "with it", "answers/s",
        "p50 ms",
    )  # fmt: skip
    table = Table(*columns, title=f"Intake while the desk is read, {DECISIONS:,} decisions, {database.name}")
    url = database.new_url()
    records = Records.open(url)
    fill(records)
    records.close()
    with TemporaryDirectory() as folder, serving(Path(folder), url) as (webhooks, tickets):
        desk = webhooks.partition("/webhooks")[0]
        browser = Browser(HTTPConnection(desk.removeprefix("http://"), timeout=30))
        token = own_settings(Path(folder), 0)["DESK_TOKEN"]
        firsts = count(0, 1_000_000)

        def request(number: int) -> tuple[bytes, dict[str, str]]:
            return signed(body_of(number, tickets[number % len(tickets)]))

        def load(reading: _Reading | None = None) -> Load:
            before = processor_seconds(os.getpid())
            if reading is None:
                measured = measure(webhooks, request, clients=CLIENTS, seconds=SECONDS, first=next(firsts))
            else:
                with reading.reading():
                    measured = measure(webhooks, request, clients=CLIENTS, seconds=SECONDS, first=next(firsts))
            worked = processor_seconds(os.getpid()) - before - (reading.worked if reading else 0.0)
            return Load(measured, worked)

        load()  # the first seconds of a process are slower than the rest
        readers: dict[str, Reader] = {
            f"{TABS} open tabs": Tabs(_tabs(browser, [_signed_in(desk, token) for _ in range(PEOPLE)])),
            "one page after the other": Program(_signed_in(desk, token)),
        }
        for name, reader in readers.items():
            rounds = []
            took: list[float] = []
            for _ in range(ROUNDS):
                alone, reading = load(), _Reading(browser, reader)
                rounds.append((alone, load(reading)))
                took += reading.took
            table.add_row(name, *_medians(rounds), f"{len(took) / ROUNDS / SECONDS:.0f}", f"{median(took) * 1000:.0f}")
    console.print(table)


def _medians(rounds: list[tuple[Load, Load]]) -> tuple[str, ...]:
    return (
        f"{median(alone.measured.rate for alone, _ in rounds):.0f}",
        f"{median(read.measured.rate for _, read in rounds):.0f}",
        f"{median(read.measured.rate / alone.measured.rate for alone, read in rounds):.2f}",
        f"{median(alone.each / read.each for alone, read in rounds):.2f}",
        f"{median(alone.measured.percentile(0.99) for alone, _ in rounds):.0f}",
        f"{median(read.measured.percentile(0.99) for _, read in rounds):.0f}",
    )


def _tabs(browser: Browser, cookies: Sequence[str]) -> list[Tab]:
    """Opened one after the other, so that each list of decisions follows from another one on."""
    tabs = []
    for number in range(TABS):
        page, cookie = FOLLOWING[number % len(FOLLOWING)], cookies[number % len(cookies)]
        found = LIVE.search(browser.get(page, {"Cookie": cookie})[1])
        assert found
        address = unescape(found[1])
        if upto := re.search(r"upto=(\d+)", address):
            address = address.replace(upto[0], f"upto={int(upto[1]) - number}")
        asks = {"Cookie": cookie, "HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": found[2]}
        tabs.append(Tab(address, asks))
    return tabs


def _signed_in(desk: str, token: str) -> str:
    """The cookie. Sent by hand: a client keeps none that is for https alone."""
    answer = httpx.post(f"{desk}/login", data={"token": token}, verify=NO_AUTHORITIES, trust_env=False)
    return answer.headers["set-cookie"].partition(";")[0]
