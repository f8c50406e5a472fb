"""Short links over real connections. Every public address leads to one server on loopback, and the guard is real.

The transport of the test alone turns the address that was checked into that server's. What is no public address never
reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from integrations.short_links.resolver import MOST_BYTES, LinkTarget, ShortLinkResolver

PUBLIC = "93.184.216.34"
PRIVATE = "it leads into a private network"
ENDLESS = 64 * 2**20


class Web(ThreadingHTTPServer):
    """`/5` leads to `/4`, and so on to a page; `/to/<address>` leads there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.sent = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Answer(BaseHTTPRequestHandler):
    server: Web

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.headers['Host']}{self.path}")
        where = self.path.removeprefix("/")
        if where.startswith("to/"):
            self._headers(302, Location=where.removeprefix("to/"))
        elif where.isdecimal() and where != "0":
            host = "bit.ly" if int(where) > 1 else "about.example.com"
            self._headers(301, Location=f"http://{host}/{int(where) - 1}")
        elif where == "packed":
            self._headers(200, **{"Content-Encoding": "gzip"})
            self._write(b"<title>packed</title>")
        else:
            self._headers(200)
            self._write(b"<title>GitLab 16.4</title>" if where == "0" else b"")
            while where == "endless" and self.server.sent < ENDLESS and self._write(b"a" * 65536):
                pass

    def _headers(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "text/html"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, body: bytes) -> bool:
        if self.command == "HEAD":
            return False
        self.server.sent += len(body)  # before: once it is read, the one who read it may be asked at once
        try:
            self.wfile.write(body)
        except OSError:
            return False
        return True


class _ToLoopback(httpx.HTTPTransport):
    def __init__(self, port: int) -> None:
        super().__init__(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == PUBLIC
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return super().handle_request(request)


class _Resolver(ShortLinkResolver):
    def __init__(self, port: int) -> None:
        super().__init__(lambda host, _port: [host if host[-1].isdecimal() or ":" in host else PUBLIC], seconds=60)
        self._port = port

    def _transport(self) -> httpx.HTTPTransport:
        return _ToLoopback(self._port)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def follow(web: Web, path: str) -> LinkTarget | str:
    (found,) = _Resolver(web.port).resolve([f"http://t.co/{path}"])
    return found if isinstance(found, LinkTarget) else str(found)


def test_five_hops_are_followed_under_the_names_that_were_linked(web: Web) -> None:
    assert follow(web, "5") == LinkTarget("http://about.example.com/0", "GitLab 16.4")
    assert web.asked == [
        "HEAD t.co/5",
        *(f"HEAD bit.ly/{hop}" for hop in (4, 3, 2, 1)),
        "HEAD about.example.com/0",
        "GET about.example.com/0",
    ]


def test_the_sixth_hop_is_not_followed(web: Web) -> None:
    assert follow(web, "6") == "more than 5 redirects"
    assert len(web.asked) == 6


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_redirect_to_a_private_address_is_not_followed(web: Web, host: str) -> None:
    assert follow(web, f"to/http://{host}/") == PRIVATE
    assert web.asked == [f"HEAD t.co/to/http://{host}/"]


def test_nor_is_one_to_the_port_of_a_machine(web: Web) -> None:
    assert follow(web, f"to/http://127.0.0.1:{web.port}/0") == "its address has a password or an odd port"
    assert len(web.asked) == 1


def test_a_page_without_an_end_is_cut(web: Web) -> None:
    assert follow(web, "to/http://about.example.com/endless") == LinkTarget("http://about.example.com/endless", "")
    assert MOST_BYTES < web.sent < ENDLESS


def test_a_packed_page_is_not_unpacked(web: Web) -> None:
    assert follow(web, "to/http://about.example.com/packed") == LinkTarget("http://about.example.com/packed", "")
