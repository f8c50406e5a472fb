"""Webhook intake beside a bare insert: requests a second and the slowest percent, while the service also works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from app.signatures import zendesk_signature
from bench.databases import Database, databases
from bench.load import Measured, measure
from tests.support.processes import free_port, own_settings, process, sandboxed

SECONDS = 2.0
ROUNDS = 5
CLIENTS = (1, 16, 64)
SECRET = "a secret of the benchmark"
TICKETS = 50


@dataclass(frozen=True)
class Round:
    bare: Measured
    ours: Measured

    @property
    def ratio(self) -> float:
        return self.ours.rate / self.bare.rate


def run(console: Console) -> None:
    with databases(console) as known:
        for database in known:
            _measure(console, database)


def _measure(console: Console, database: Database) -> None:
    """Both run at the same time and are asked in turn, so that a slow moment of the machine hits both."""
    columns = ("clients", "bare insert/s", "p99 ms", "webhooks/s", "ratio", "p50 ms", "p99 ms")
    table = Table(*columns, title=f"Webhook intake, {database.name}")
    with (
        TemporaryDirectory() as folder,
        _bare(database.new_url()) as bare,
        serving(Path(folder), database.new_url()) as (url, tickets),
    ):
        numbers = count(0, 1_000_000)

        def request(number: int) -> tuple[bytes, dict[str, str]]:
            return signed(body_of(number, tickets[number % len(tickets)]))

        for clients in CLIENTS:
            rounds = [
                Round(
                    measure(bare, lambda number: (body_of(number, 1), {}), clients=clients, seconds=SECONDS),
                    measure(url, request, clients=clients, seconds=SECONDS, first=next(numbers)),
                )
                for _ in range(ROUNDS)
            ]
            for one in rounds:
                if dict(one.ours.statuses).keys() != {202}:
                    console.print(f"answers other than 202: {one.ours.statuses}")
            table.add_row(str(clients), *_medians(rounds))
    console.print(table)


def _medians(rounds: list[Round]) -> tuple[str, ...]:
    return (
        f"{median(one.bare.rate for one in rounds):.0f}",
        f"{median(one.bare.percentile(0.99) for one in rounds):.1f}",
        f"{median(one.ours.rate for one in rounds):.0f}",
        f"{median(one.ratio for one in rounds):.2f}",
        f"{median(one.ours.percentile(0.5) for one in rounds):.1f}",
        f"{median(one.ours.percentile(0.99) for one in rounds):.1f}",
    )


@contextmanager
def _bare(database_url: str) -> Iterator[str]:
    port = free_port()
    with process("bench.bare_insert", database_url, str(port), ready=f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}/insert"


@contextmanager
def serving(folder: Path, database_url: str) -> Iterator[tuple[str, list[int]]]:
    """Each delivery is about one of fifty tickets, and the service works on them while it takes more in."""
    with sandboxed() as sandbox:
        person = {"name": "Ada", "email": "a@example.org"}
        ticket = {"subject": "", "body": "Thank you", "via_channel": "twitter", "requester": person}
        tickets = [sandbox.zendesk("create_ticket", **ticket) for _ in range(TICKETS)]
        port = free_port()
        own = own_settings(folder, port) | {"DATABASE_URL": database_url}
        environ = {**sandbox.environ, **own, "ZENDESK_WEBHOOK_SECRET": SECRET}
        with process("app.cli.main", "serve", ready=f"http://127.0.0.1:{port}/healthz", environ=environ):
            yield f"http://127.0.0.1:{port}/webhooks/zendesk", tickets


def body_of(number: int, ticket_id: int) -> bytes:
    stamp = f"2026-01-01T00:00:00Z#{number}"
    return json.dumps(
        {
            "v": 1,
            "event": "ticket.updated",
            "ticket_id": str(ticket_id),
            "updated_at": stamp,
            "status": "new",
            "via": "twitter",
            "actor_id": "8447388090494",
        }
    ).encode()


def signed(body: bytes) -> tuple[bytes, dict[str, str]]:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return body, {
        "x-zendesk-webhook-signature": zendesk_signature(SECRET, stamp, body),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
