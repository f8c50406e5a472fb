"""Webhook intake beside a bare insert: requests a second and the slowest percent, while the service also works."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from app.inbox.signatures import zendesk_signature
from bench.load import Measured, measure
from bench.servers import ROOT, free_port, process
from integrations.sandbox import Sandbox

SECONDS = 4.0
CLIENTS = (1, 16, 64)
SECRET = "a secret of the benchmark"


def run(console: Console) -> None:
    with TemporaryDirectory() as folder:
        bare = _bare(Path(folder))
        ours = _service(Path(folder))
    table = Table("clients", "bare insert/s", "webhooks/s", "ratio", "p50 ms", "p99 ms", title="Webhook intake")
    for yardstick, measured in zip(bare, ours, strict=True):
        table.add_row(
            str(measured.clients),
            f"{yardstick.rate:.0f}",
            f"{measured.rate:.0f}",
            f"{measured.rate / yardstick.rate:.2f}",
            f"{measured.percentile(0.5):.1f}",
            f"{measured.percentile(0.99):.1f}",
        )
        if dict(measured.statuses).keys() != {202}:
            console.print(f"answers other than 202: {measured.statuses}")
    console.print(table)


def _bare(folder: Path) -> list[Measured]:
    port = free_port()
    with process("bench.bare_insert", str(folder / "bare.db"), str(port), ready=f"http://127.0.0.1:{port}/healthz"):
        return [
            measure(f"http://127.0.0.1:{port}/insert", lambda n: (_body(n, 1), {}), clients=clients, seconds=SECONDS)
            for clients in CLIENTS
        ]


def _service(folder: Path) -> list[Measured]:
    """Each delivery is about one of fifty tickets, and the same process works on them while it takes more in."""
    with Sandbox.start() as sandbox:
        tickets = [
            sandbox.zendesk.create_ticket(
                subject="",
                body="Thank you @gitlab",
                via_channel="twitter",
                requester={"name": "Ada", "email": "a@example.org"},
            )
            for _ in range(50)
        ]
        port = free_port()
        environ = {
            "ZENDESK_URL": sandbox.zendesk.url,
            "ZENDESK_EMAIL": sandbox.zendesk.email,
            "ZENDESK_TOKEN": sandbox.zendesk.token,
            "ZENDESK_WEBHOOK_SECRET": SECRET,
            "GITLAB_URL": sandbox.gitlab.url,
            "GITLAB_TOKEN": sandbox.gitlab.token,
            "DESK_TOKEN": secrets.token_hex(8),
            "DATABASE_URL": f"sqlite:///{folder / 'pointsman.db'}",
            "ROUTING_FILE": str(ROOT / "routing.yaml"),
            "MACROS_FILE": str(ROOT / "macros.yaml"),
            "PORT": str(port),
            "LOG_LEVEL": "error",
        }
        results: list[Measured] = []
        with process("app.cli", "serve", ready=f"http://127.0.0.1:{port}/healthz", environ=environ):
            for clients in CLIENTS:
                first = clients * 1_000_000

                def request(number: int) -> tuple[bytes, dict[str, str]]:
                    return _signed(_body(number, tickets[number % len(tickets)]))

                results.append(
                    measure(
                        f"http://127.0.0.1:{port}/webhooks/zendesk",
                        request,
                        clients=clients,
                        seconds=SECONDS,
                        first=first,
                    )
                )
        return results


def _body(number: int, ticket_id: int) -> bytes:
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


def _signed(body: bytes) -> tuple[bytes, dict[str, str]]:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return body, {
        "x-zendesk-webhook-signature": zendesk_signature(SECRET, stamp, body),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
