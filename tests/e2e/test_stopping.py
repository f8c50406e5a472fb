"""SIGTERM: what runs ends or is parked within ten seconds, whatever a service does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from integrations.sandbox import Fault, Sandbox
from tests.chaos.engine_records import EngineRecords
from tests.support.forked import Forked
from tests.support.harness import wait_until
from tests.support.loopback import NO_AUTHORITIES, answers
from tests.support.processes import free_port

WITHIN = 10.0


@contextmanager
def running(command: str, environ: dict[str, str], *options: str) -> Iterator[Forked]:
    process = Forked("-m", "app.cli.main", command, *options, environ=environ)
    try:
        yield process
    finally:
        process.end()


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_call_that_hangs_does_not_hold_the_process_and_its_work_is_taken_up_again(
    command: str, tmp_path: Path
) -> None:
    port = free_port()
    url, database = f"http://127.0.0.1:{port}", f"sqlite:///{tmp_path / 'pointsman.db'}"
    with Sandbox.start() as sandbox:
        environ = {
            **sandbox.environment(),
            "DESK_TOKEN": "desk-token-of-the-tests",
            "DATABASE_URL": database,
            "PORT": str(port),
        }
        sandbox.zendesk.subscribe(f"{url}/webhooks/zendesk")
        sandbox.zendesk.faults.add(Fault(path=r"/api/v2/tickets/\d+", times=1, kind="delay", seconds=15))
        ticket_id = sandbox.zendesk.create_ticket(body="@gitlab thank you for the release!", via_channel="twitter")
        with running("serve", environ) as first:
            wait_until(lambda: answers(f"{url}/healthz"), seconds=60)
            if command == "work":
                # A worker takes over what the killed one had; then it is the one that hangs.
                sandbox.zendesk.faults.add(Fault(path=r"/api/v2/tickets/\d+", times=1, kind="delay", seconds=15))
            assert sandbox.zendesk.deliver(ticket_id) == [202]
            wait_until(lambda: _hanging(sandbox) == 1)
            if command == "serve":
                _stop(first)
            else:
                first.kill()
                first.wait()
        if command == "work":
            # With a port it stops as a server does.
            with running("work", environ, "--port", str(port)) as worker:
                wait_until(lambda: _hanging(sandbox) == 2, seconds=60)
                _answers_for_itself(url)
                _stop(worker)
        with running("work", environ):
            wait_until(lambda: "pointsman_done" in sandbox.zendesk.ticket(ticket_id)["tags"], seconds=60)
            records = EngineRecords(database)
            wait_until(lambda: records.unfinished() == 0)
            records.close()
        assert len(sandbox.zendesk.ticket(ticket_id)["comments"]) == 2


def _answers_for_itself(url: str) -> None:
    """A worker is watched like any other process, and has no door for deliveries or people."""
    wait_until(lambda: answers(f"{url}/healthz"))
    with httpx.Client(base_url=url, verify=NO_AUTHORITIES) as web:
        metrics = web.get("/metrics").text
        assert "\npointsman_waiting_work " in metrics
        assert "\nprocess_resident_memory_bytes " in metrics
        assert web.post("/webhooks/zendesk", json={}).status_code == 404
        assert web.get("/api/decisions").status_code == 401


def _hanging(sandbox: Sandbox) -> int:
    return sum(call.fault == "delay" for call in sandbox.zendesk.calls)


def _stop(process: Forked) -> None:
    asked = time.monotonic()
    process.terminate()
    process.wait(timeout=60)
    assert time.monotonic() - asked < WITHIN
