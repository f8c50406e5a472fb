"""One client for all threads: each gets its own answer, over as many connections as there are calls at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.gitlab import GitLabClient
from integrations.sandbox import Sandbox
from integrations.session import VendorSession
from integrations.zendesk import TicketUpdate, ZendeskClient

THREADS = 16
EACH = 8


class Echo(BaseHTTPRequestHandler):
    """Answers what was asked, and with which token."""

    protocol_version = "HTTP/1.1"
    connections: set[object]

    def do_POST(self) -> None:
        self.connections.add(self.client_address)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Asked", f"{self.path} {self.headers['X-Asking']} {self.headers['Authorization']}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nowhere."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = THREADS


@pytest.fixture
def session() -> Iterator[VendorSession]:
    Echo.connections = set()
    server = Server(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with VendorSession("gitlab", f"http://127.0.0.1:{server.server_port}") as session:
        session.headers["Authorization"] = "Bearer t"
        yield session
    server.shutdown()
    server.server_close()
    thread.join()


def at_once(call: Callable[[int], object]) -> list[object]:
    """What each of many threads gets, for its own number, several times in a row."""
    together = threading.Barrier(THREADS)

    def several(thread: int) -> list[object]:
        together.wait(10)
        return [call(thread * EACH + turn) for turn in range(EACH)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [one for answers in pool.map(several, range(THREADS)) for one in answers]


def test_each_thread_gets_the_answer_to_its_own_request(session: VendorSession) -> None:
    def asked(number: int) -> object:
        answer = session.post(f"{session.base_url}/{number}", json={"n": number}, headers={"X-Asking": str(number)})
        return answer.json(), answer.headers["X-Asked"], answer.request.url

    expected = [
        ({"n": number}, f"/{number} {number} Bearer t", f"{session.base_url}/{number}")
        for number in range(THREADS * EACH)
    ]
    assert at_once(asked) == expected
    assert len(Echo.connections) <= THREADS


def test_threads_that_call_in_turn_share_one_connection(session: VendorSession) -> None:
    for number in range(4):
        thread = threading.Thread(target=session.post, args=(f"{session.base_url}/{number}",), kwargs={"json": {}})
        thread.start()
        thread.join()
    assert len(Echo.connections) == 1


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


def test_one_gitlab_client_serves_all_threads(sandbox: Sandbox) -> None:
    project_id = sandbox.gitlab.add_project("acme/shared")
    client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token)

    def opened(number: int) -> object:
        issue = client.create_issue(project_id, title=f"Issue {number}", description="d", confidential=False)
        client.add_note(project_id, issue.iid, f"Note {number}")
        read = client.issue(project_id, issue.iid)
        return read.title, [note.body for note in client.notes(project_id, issue.iid)]

    assert at_once(opened) == [(f"Issue {number}", [f"Note {number}"]) for number in range(THREADS * EACH)]
    client.close()


def test_one_zendesk_client_serves_all_threads(sandbox: Sandbox) -> None:
    ids = [sandbox.zendesk.create_ticket(subject=f"Ticket {number}") for number in range(THREADS * EACH)]
    client = ZendeskClient(sandbox.zendesk.url, email=sandbox.zendesk.email, token=sandbox.zendesk.token)
    me = client.me()

    def written(number: int) -> object:
        before = client.read_ticket(ids[number])
        client.update_ticket(before.id, TicketUpdate(before.updated_at, tags=(f"tag_{number}",)))
        after = client.read_ticket(before.id)
        return after.subject, after.tags, client.me() == me

    assert at_once(written) == [(f"Ticket {number}", (f"tag_{number}",), True) for number in range(THREADS * EACH)]
    client.close()


def test_a_call_of_zenpy_that_hangs_keeps_nobody_else_from_asking(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ZendeskClient(sandbox.zendesk.url, email=sandbox.zendesk.email, token=sandbox.zendesk.token)
    asked, answered, request = threading.Event(), threading.Event(), client._session.request

    def hangs_once(*args: Any, **named: Any) -> Any:
        if not asked.is_set():
            asked.set()
            answered.wait(10)
        return request(*args, **named)

    monkeypatch.setattr(client._session, "request", hangs_once)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(client.me)
        assert asked.wait(10)
        me = client.me()
        assert not hanging.done()
        answered.set()
        assert hanging.result() == me
    client.close()
