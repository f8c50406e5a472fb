"""Certificates over real TLS: who is not believed is told nothing, and authorities are read once for all threads."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from integrations import one_host
from integrations.errors import Unavailable
from integrations.session import VendorSession

CERTIFICATES = Path(__file__).parent / "certificates"
SELF_SIGNED = CERTIFICATES / "self_signed.pem"
"""Of localhost: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500
-subj /CN=localhost -addext subjectAltName=DNS:localhost"""
THREADS = 4


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[str]
    connections: set[object]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.connections.add(self.client_address)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nowhere."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Answering.asked, Answering.connections = [], set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED, CERTIFICATES / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def believed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's own certificate is an authority."""
    monkeypatch.setattr(one_host, "DEFAULT_CA_BUNDLE_PATH", str(SELF_SIGNED))
    one_host._authorities.cache_clear()
    yield
    one_host._authorities.cache_clear()


def session_at(host: str, server: ThreadingHTTPServer) -> VendorSession:
    return VendorSession("gitlab", f"https://{host}:{server.server_port}")


def test_a_certificate_that_nobody_vouches_for_is_refused(server: ThreadingHTTPServer) -> None:
    with session_at("localhost", server) as session, pytest.raises(Unavailable, match="its certificate is refused"):
        session.get(f"{session.base_url}/secret")
    assert Answering.asked == []


@pytest.mark.usefixtures("believed")
def test_a_certificate_of_another_host_is_refused(server: ThreadingHTTPServer) -> None:
    with session_at("127.0.0.1", server) as session, pytest.raises(Unavailable, match="its certificate is refused"):
        session.get(f"{session.base_url}/secret")
    assert Answering.asked == []


@pytest.mark.usefixtures("believed")
def test_authorities_are_read_once_for_the_sessions_of_all_threads(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def noting(context: ssl.SSLContext, *given: Any) -> None:
        read.append(given)
        load(context, *given)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noting)

    def ask(_: int) -> int:
        with session_at("localhost", server) as session:
            return sum(session.get(f"{session.base_url}/{number}").status_code for number in range(3))

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(ask, range(THREADS))) == [600] * THREADS
    assert len(read) == 1
    assert len(Answering.connections) == THREADS, "and each session keeps its connection"
