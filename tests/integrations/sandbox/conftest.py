"""One running sandbox for these tests; each test makes its own tickets and projects, and leaves no fault behind."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from integrations.sandbox import GitlabSandbox, Sandbox, ZendeskSandbox
from integrations.sandbox.gitlab.limits import Limits as GitlabLimits
from integrations.sandbox.zendesk.limits import Limits as ZendeskLimits
from tests.support.loopback import NO_AUTHORITIES

_names = itertools.count(1)


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.clock.release()
    for service in (running.zendesk, running.gitlab, running.chat):
        service.faults.clear()
        service.latency = 0.0
        service.calls_clear()
    for hooked in (running.zendesk, running.gitlab):
        hooked.auto_deliver = False
        hooked.webhook_sender.wait()
        hooked.unsubscribe()
    running.zendesk.speak("en")
    for settings, fresh in ((running.zendesk.limits, ZendeskLimits()), (running.gitlab.limits, GitlabLimits())):
        for name in type(fresh).__slots__:
            setattr(settings, name, getattr(fresh, name))


@pytest.fixture
def zendesk(sandbox: Sandbox) -> ZendeskSandbox:
    return sandbox.zendesk


@pytest.fixture
def gitlab(sandbox: Sandbox) -> GitlabSandbox:
    return sandbox.gitlab


@pytest.fixture
def zendesk_http(zendesk: ZendeskSandbox) -> Iterator[httpx.Client]:
    """Speaks to the API as the bot."""
    with httpx.Client(
        base_url=f"{zendesk.url}/api/v2", auth=(f"{zendesk.email}/token", zendesk.token), verify=NO_AUTHORITIES
    ) as client:
        yield client


@pytest.fixture
def project(gitlab: GitlabSandbox) -> str:
    """An empty project of its own."""
    path = f"tests/project-{next(_names)}"
    gitlab.add_project(path)
    return path


@pytest.fixture
def gitlab_http(gitlab: GitlabSandbox, project: str) -> Iterator[httpx.Client]:
    """Speaks to the API of `project` as the bot; paths like `/issues`."""
    base = f"{gitlab.url}/api/v4/projects/{project.replace('/', '%2F')}"
    with httpx.Client(base_url=base, headers={"PRIVATE-TOKEN": gitlab.token}, verify=NO_AUTHORITIES) as client:
        yield client


class Receiver:
    """A webhook endpoint that keeps what it gets and answers `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.received: list[tuple[dict[str, str], bytes]] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(kept.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()
