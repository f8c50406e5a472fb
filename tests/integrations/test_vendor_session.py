"""The session under both clients: sends once, follows nothing, tells what was applied from what was not."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.errors import (
    Conflict,
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.outbound import Call
from integrations.session import VendorSession

SECRET = "s3cret-token"
Script = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Fake

    def answer(self, status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(Seen(self.command, self.path, dict(self.headers.items())))
        self.server.script(self)

    do_GET = do_PUT = do_POST = serve  # noqa: N815 - the names http.server looks for

    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)


class Fake(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []
        self.script: Script = lambda handler: handler.answer(200)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""


@pytest.fixture
def fakes() -> Iterator[tuple[Fake, Fake]]:
    pair = (Fake(), Fake())
    threads = [threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01}) for fake in pair]
    for thread in threads:
        thread.start()
    yield pair
    for fake in pair:
        fake.shutdown()
        fake.server_close()
    for thread in threads:
        thread.join()


@pytest.fixture
def fake(fakes: tuple[Fake, Fake]) -> Fake:
    return fakes[0]


@pytest.fixture
def session(fake: Fake) -> Iterator[VendorSession]:
    with VendorSession("zendesk", fake.url, timeout=(1, 0.3)) as session:
        session.headers["PRIVATE-TOKEN"] = SECRET
        yield session


def failure(session: VendorSession, method: str, path: str = "/x?q=words-of-a-person") -> IntegrationError:
    """What a request raises; it never says what the request held."""
    with pytest.raises(IntegrationError) as caught:
        session.request(method, f"{session.base_url}{path}", json={"body": "text of a person"})
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown
    assert "words-of-a-person" not in str(caught.value)
    assert "text of a person" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Refused),
        (403, Refused),
        (404, NotFound),
        (409, Conflict),
        (422, Invalid),
        (429, RateLimited),
        (302, Refused),
    ],
)
def test_a_refusal_means_the_same_for_reads_and_writes(
    fake: Fake, session: VendorSession, method: str, status: int, kind: type[IntegrationError]
) -> None:
    fake.script = lambda handler: handler.answer(status)

    assert type(failure(session, method)) is kind
    assert len(fake.seen) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_broken_service_leaves_a_write_unknown_and_a_read_undone(
    fake: Fake, session: VendorSession, status: int
) -> None:
    fake.script = lambda handler: handler.answer(status, b"<html>sorry</html>", {"Retry-After": "3"})

    read, write = failure(session, "GET"), failure(session, "PUT")

    assert isinstance(read, Unavailable)
    assert read.retry_after == 3
    assert type(write) is UnknownOutcome
    assert write.reason == f"http_{status}"
    assert len(fake.seen) == 2


@pytest.mark.parametrize("body", [b"<html>", b'"text"', b"12", b"\xff\xfe", b'{"a": '])
def test_an_unreadable_answer_leaves_a_write_unknown(fake: Fake, session: VendorSession, body: bytes) -> None:
    fake.script = lambda handler: handler.answer(200, body)

    assert failure(session, "GET").reason == "unreadable_answer"
    assert type(failure(session, "GET")) is Unavailable
    assert type(failure(session, "POST")) is UnknownOutcome


def test_no_answer_in_time_leaves_a_write_unknown_and_sends_it_once(fake: Fake, session: VendorSession) -> None:
    release = threading.Event()

    def silent(handler: Handler) -> None:
        release.wait(5)
        handler.close_connection = True

    fake.script = silent

    write, read = failure(session, "PUT"), failure(session, "GET")
    release.set()

    assert type(write) is UnknownOutcome
    assert type(read) is Unavailable
    assert [seen.method for seen in fake.seen] == ["PUT", "GET"]


def test_an_answer_that_breaks_off_leaves_a_write_unknown(fake: Fake, session: VendorSession) -> None:
    def half(handler: Handler) -> None:
        handler.answer(201, b'{"id": 1', {"Content-Length": "100"})
        handler.close_connection = True

    fake.script = half

    assert type(failure(session, "POST")) is UnknownOutcome
    assert len(fake.seen) == 1


def test_a_connection_that_is_cut_leaves_a_write_unknown(fake: Fake, session: VendorSession) -> None:
    fake.script = lambda handler: setattr(handler, "close_connection", True)

    assert type(failure(session, "PUT")) is UnknownOutcome
    assert len(fake.seen) == 1


def test_a_refused_connection_is_known_not_to_be_applied() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with VendorSession("zendesk", f"http://127.0.0.1:{port}") as session:
        error = failure(session, "PUT")

    assert type(error) is Unavailable
    assert error.retryable


def test_an_unknown_host_is_known_not_to_be_applied() -> None:
    with VendorSession("zendesk", "https://nobody.invalid") as session:
        assert type(failure(session, "POST")) is Unavailable


def test_a_limit_is_raised_at_once_with_the_wait(fake: Fake, session: VendorSession) -> None:
    fake.script = lambda handler: handler.answer(429, b"slow down", {"Retry-After": "600"})

    error = failure(session, "PUT")

    assert isinstance(error, RateLimited)
    assert error.retry_after == 600
    assert len(fake.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed_and_the_token_stays(
    fakes: tuple[Fake, Fake], session: VendorSession, status: int, method: str
) -> None:
    fake, thief = fakes
    fake.script = lambda handler: handler.answer(status, b"", {"Location": f"{thief.url}/steal"})

    error = failure(session, method)

    assert type(error) is Refused
    assert error.reason == "redirect"
    assert thief.seen == []
    assert len(fake.seen) == 1


def test_a_caller_cannot_have_redirects_followed(fakes: tuple[Fake, Fake], session: VendorSession) -> None:
    fake, thief = fakes
    fake.script = lambda handler: handler.answer(302, b"", {"Location": f"{thief.url}/steal"})

    with pytest.raises(Refused):
        session.get(f"{fake.url}/x", allow_redirects=True)

    assert thief.seen == []


def test_a_request_for_another_host_is_not_sent(fakes: tuple[Fake, Fake], session: VendorSession) -> None:
    _, thief = fakes

    for url in (f"{thief.url}/api/v2/x", f"http://localhost:{thief.server_port}/", "https://127.0.0.1/x"):
        with pytest.raises(Refused) as caught:
            session.get(url)
        assert caught.value.reason == "foreign_host"

    assert thief.seen == []


def test_the_environment_sets_no_proxy(
    fakes: tuple[Fake, Fake], session: VendorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, proxy = fakes
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)

    session.get(f"{fake.url}/x")

    assert proxy.seen == []
    assert fake.seen[0].headers["User-Agent"].startswith("pointsman/")


def test_cookies_are_not_kept(fake: Fake, session: VendorSession) -> None:
    fake.script = lambda handler: handler.answer(200, b"{}", {"Set-Cookie": "_session=1; Path=/"})

    session.get(f"{fake.url}/x")
    session.get(f"{fake.url}/x")

    assert "Cookie" not in fake.seen[1].headers


def test_calls_share_one_connection_and_a_closed_session_opens_another(fake: Fake, session: VendorSession) -> None:
    ports: list[int] = []

    def note(handler: Handler) -> None:
        ports.append(handler.client_address[1])
        handler.answer(200)

    fake.script = note
    session.get(f"{fake.url}/x")
    session.put(f"{fake.url}/x", json={})
    session.close()
    session.get(f"{fake.url}/x")

    assert ports[0] == ports[1] != ports[2]


class Outcomes:
    """What became of each call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    @contextmanager
    def call(self, service: str, method: str, path: str = "") -> Iterator[Call]:
        assert (service, method, path) == ("gitlab", "GET", "/x")
        call = Call()
        yield call
        self.calls.append(call)


def test_the_outcome_of_each_call_is_known_once(fake: Fake) -> None:
    outcomes = Outcomes()
    with VendorSession("gitlab", fake.url, timeout=(1, 0.3), outbound=outcomes) as session:
        for status, length in ((200, 2), (429, 2), (200, 3)):
            headers = {"RateLimit-Remaining": "7", "Content-Length": str(length)}
            fake.script = lambda handler, status=status, headers=headers: handler.answer(status, b"{}", headers)  # type: ignore[misc]
            with suppress(IntegrationError):
                session.get(f"{fake.url}/x")
    assert [call.status for call in outcomes.calls] == [200, 429, None], "the last one breaks off: no answer"
    assert [call.headers.get("RateLimit-Remaining") for call in outcomes.calls] == ["7", "7", None]
