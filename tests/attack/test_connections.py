"""What one connection, and all of them together, can hold: with limits short enough to be waited for."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from fastapi import FastAPI, Request, Response
from uvicorn import Server

from app.settings import load
from app.web.body import BodyMemory, BodyRefused, read_body
from app.web.connection import Connection
from app.web.serving import web_server
from tests.attack.wire import connected, hear, request, say

MOST = 8
MEMORY = BodyMemory(size=100_000, free=1000)


class ImpatientConnection(Connection):
    most_connections = MOST
    seconds_to_send = 0.4
    seconds_between = 1  # uvicorn takes whole seconds
    seconds_to_read = 0.4
    message_bytes = 3 * 1024 * 1024


def an_app() -> FastAPI:
    app = FastAPI()
    app.state.let_go = asyncio.Event()

    @app.get("/")
    async def root(request: Request) -> dict[str, int]:
        return {"headers": len(request.headers)}

    @app.get("/hold")
    async def hold() -> str:
        await app.state.let_go.wait()
        return "held"

    @app.get("/long")
    async def long() -> Response:
        return Response(b"x" * 50_000_000)

    @app.post("/body")
    async def body(request: Request) -> Response:
        try:
            return Response(str(len(await read_body(request, limit=100_000, seconds=0.2, memory=MEMORY))))
        except BodyRefused as error:
            return Response(error.reason, error.status)

    return app


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("settings")
    for name in ("routing.yaml", "macros.yaml"):
        (folder / name).touch()
    settings = load(
        {
            "ZENDESK_URL": "https://acme.zendesk.com",
            "ZENDESK_OAUTH_TOKEN": "-",
            "ZENDESK_WEBHOOK_SECRET": "-",
            "GITLAB_URL": "https://gitlab.com",
            "GITLAB_TOKEN": "-",
            "DESK_TOKEN": "desk-token-of-the-tests",
            "ROUTING_FILE": str(folder / "routing.yaml"),
            "MACROS_FILE": str(folder / "macros.yaml"),
            "PORT": "0",
        }
    )
    server = web_server(an_app(), settings, ImpatientConnection)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server
    server.should_exit = True
    thread.join()


@pytest.fixture
def web(server: Server) -> Iterator[str]:
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    deadline = time.monotonic() + 60
    while server.server_state.connections:  # nothing that a test did holds a connection for longer than the limits
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert MEMORY.taken == 0


@contextmanager
def opened(web: str, count: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as open_:
        found = [open_.enter_context(connected(web)) for _ in range(count)]
        for one in found:
            one.sendall(said)
        yield found


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT",
    ],
    ids=["nothing", "half a line", "half a header", "half a body", "half a chunk", "half a second request"],
)
def test_whoever_does_not_finish_a_request_is_cut_off(web: str, said: bytes) -> None:
    started = time.monotonic()
    with connected(web) as connection:
        connection.sendall(said)
        hear(connection)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("drop", [b"X-A: b\r\n", b"\r\n"], ids=["headers", "empty lines"])
def test_dripping_does_not_extend_the_time(web: str, drop: bytes) -> None:
    started = time.monotonic()
    with connected(web) as connection:
        connection.settimeout(0.05)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" if drop != b"\r\n" else b"")
        cut_off = False
        while not cut_off:
            assert time.monotonic() - started < 5
            try:
                connection.sendall(drop)
                cut_off = not connection.recv(100)
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                cut_off = True


def test_a_slow_body_is_answered_and_its_room_given_back(web: str) -> None:
    heard = say(web, request("POST", "/body", "Content-Length: 50000", body=b"x" * 40_000))
    assert (heard.status, heard.raw[-13:]) == (408, b"body_too_slow")


def test_large_bodies_together_have_bounded_room_and_small_ones_always_fit(web: str) -> None:
    large = request("POST", "/body", "Content-Length: 95000", body=b"x" * 90_000)
    with opened(web, 1, large):
        deadline = time.monotonic() + 3
        while MEMORY.taken < 80_000:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        second = say(web, request("POST", "/body", "Content-Length: 50000", body=b"x" * 50_000))
        small = say(web, request("POST", "/body", "Content-Length: 900", body=b"x" * 900))
    assert (second.status, small.status, small.raw[-3:]) == (503, 200, b"900")


def test_a_body_that_goes_on_after_its_refusal_is_cut_off(web: str) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(web) as connection:
        connection.sendall(head)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            connection.sendall((b"10000\r\n" + b"x" * 65536 + b"\r\n") * 1000)


def test_a_compressed_body_is_not_opened(web: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    for coding in ("gzip", "deflate", "br", "x-gzip", "identity, gzip"):
        heard = say(
            web, request("POST", "/body", f"Content-Encoding: {coding}", f"Content-Length: {len(bomb)}", body=bomb)
        )
        assert (heard.status, heard.raw[-12:]) == (415, b"body_encoded")


@pytest.mark.parametrize(
    "headers",
    [
        [f"X-{number}: a" for number in range(200)],
        [f"X-{number}: {'a' * 1000}" for number in range(50)],
        ["X-A: " + "a" * 50_000],
        ["X-A: " + "a" * 5_000_000],
    ],
    ids=["many", "long together", "long", "endless"],
)
def test_a_flood_of_headers_is_refused(web: str, headers: list[str]) -> None:
    assert say(web, request("GET", "/", *headers)).status in {400, 0}


def test_a_long_address_is_refused(web: str) -> None:
    assert say(web, request("GET", "/?" + "a" * 60_000)).status == 400


def test_trailers_are_counted_and_never_become_headers(web: str) -> None:
    head = request("POST", "/body", "Transfer-Encoding: chunked")
    assert say(web, head, b"1\r\na\r\n0\r\nContent-Encoding: gzip\r\n\r\n").status == 200
    many = b"".join(b"X-%d: a\r\n" % number for number in range(200))
    assert say(web, head, b"1\r\na\r\n0\r\n" + many + b"\r\n").status in {400, 200}


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n X-Folded: b\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_good_http_is_refused_and_smuggles_nothing(web: str, said: bytes) -> None:
    heard = say(web, said)
    assert len(heard.statuses) <= 1
    assert heard.status in {0, 400, 404, 405}


def test_an_upgrade_is_not_made(web: str) -> None:
    heard = say(
        web,
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    assert heard.status in {0, 200}


def test_those_who_say_nothing_make_room_for_those_who_speak(web: str, server: Server) -> None:
    with opened(web, 3 * MOST):
        for _ in range(5):
            assert say(web, request("GET", "/")).status == 200
        assert len(server.server_state.connections) <= MOST


def test_when_all_are_being_served_the_next_is_asked_to_come_back(web: str, server: Server) -> None:
    app = server.config.app
    assert isinstance(app, FastAPI)
    with opened(web, MOST, request("GET", "/hold")) as held:
        while len(server.server_state.tasks) < MOST:
            time.sleep(0.005)
        refused = say(web)
        assert (refused.status, "retry-after: 5" in refused.head) == (503, True)
        server_loop(server).call_soon_threadsafe(app.state.let_go.set)
        assert [hear(one).status for one in held] == [200] * MOST
    app.state.let_go.clear()


def test_a_request_that_takes_long_is_not_cut_off(web: str, server: Server) -> None:
    app = server.config.app
    assert isinstance(app, FastAPI)
    with connected(web) as connection:
        connection.sendall(request("GET", "/hold"))
        time.sleep(3 * ImpatientConnection.seconds_to_send)
        server_loop(server).call_soon_threadsafe(app.state.let_go.set)
        assert hear(connection).status == 200
    app.state.let_go.clear()


def test_an_answer_that_nobody_reads_is_given_up(web: str, server: Server) -> None:
    with connected(web) as connection:
        connection.sendall(request("GET", "/long"))
        deadline = time.monotonic() + 60
        while not server.server_state.connections:
            time.sleep(0.005)
        while server.server_state.connections:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def server_loop(server: Server) -> asyncio.AbstractEventLoop:
    loop = server.servers[0].get_loop()
    assert isinstance(loop, asyncio.AbstractEventLoop)
    return loop
