"""The sandbox as a whole: starting, stopping, its settings for the service, its independence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import httpx
import pytest

from integrations.sandbox import Sandbox
from tests.support.paths import ROOT


def test_two_sandboxes_share_nothing() -> None:
    with Sandbox.start() as one, Sandbox.start() as other:
        one.zendesk.create_ticket(body="x")
        assert (len(one.zendesk.ticket_ids()), other.zendesk.ticket_ids()) == (1, [])
        urls = {service.url for box in (one, other) for service in (box.zendesk, box.gitlab, box.chat)}
        assert len(urls) == 6
    with pytest.raises(httpx.ConnectError):
        httpx.get(one.zendesk.url)


def test_a_taken_port_is_an_error_that_leaves_no_port_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Sandbox.start(chat_port=taken.getsockname()[1])


def test_a_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Sandbox.start(gitlab_port=port) as sandbox:
        assert sandbox.gitlab.url == f"http://127.0.0.1:{port}"


def test_does_not_import_the_service() -> None:
    code = "import sys, integrations.sandbox; sys.exit(any(name.split('.')[0] == 'app' for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_runs_alone_and_prints_the_settings_that_the_service_needs() -> None:
    command = [sys.executable, "-m", "integrations.sandbox"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(8))
        made = httpx.post(f"{settings['ZENDESK_URL']}/sandbox/create_ticket", json={"subject": "s", "body": "b"})
        auth = (f"{settings['ZENDESK_EMAIL']}/token", settings["ZENDESK_TOKEN"])
        read = httpx.get(f"{settings['ZENDESK_URL']}/api/v2/tickets/{made.json()['result']}.json", auth=auth)
        assert read.json()["ticket"]["subject"] == "s"
        process.terminate()
        assert process.wait(10) == 0
