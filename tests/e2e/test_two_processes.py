"""`pointsman serve`: the web and the worker in a process each, watched and ended as one."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import httpx

from integrations.sandbox import Sandbox
from tests.support.forked import Forked
from tests.support.harness import wait_until
from tests.support.loopback import NO_AUTHORITIES, answers
from tests.support.processes import free_port, tickets_done


def test_both_answer_as_one_and_without_its_worker_the_service_ends_with_its_exit_code(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with Sandbox.start() as sandbox:
        environ = {
            **sandbox.environment(),
            "DESK_TOKEN": "desk-token-of-the-tests",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'pointsman.db'}",
            "PORT": str(port),
        }
        sandbox.zendesk.subscribe(f"{url}/webhooks/zendesk")
        ticket_id = sandbox.zendesk.create_ticket(body="@gitlab thank you for the release!", via_channel="twitter")
        service = Forked("-m", "app.cli.main", "serve", environ=environ)
        try:
            wait_until(lambda: answers(f"{url}/healthz"), seconds=60)
            assert sandbox.zendesk.deliver(ticket_id) == [202]
            wait_until(lambda: tickets_done(url) == 1, seconds=60)
            with httpx.Client(base_url=url, verify=NO_AUTHORITIES) as web:
                metrics = web.get("/metrics").text
                parts = web.get("/readyz").json()["parts"]
            assert 'pointsman_deliveries_total{outcome="stored",source="zendesk"} 1.0' in metrics
            assert re.search(r"(?m)^process_cpu_seconds_total ", metrics)
            assert len(re.findall(r"(?m)^pointsman_waiting_work ", metrics)) == 1
            assert parts["worker"] == {"ready": True, "detail": "it answers"}
            (worker,) = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
            os.kill(int(worker), signal.SIGKILL)
            assert service.wait(20) == 128 + signal.SIGKILL
        finally:
            service.end()
