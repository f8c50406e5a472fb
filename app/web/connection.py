"""A connection that a stranger cannot hold for nothing.

uvicorn bounds neither the headers (httptools has no limit), nor the time until a request has arrived, nor the time
until somebody reads an answer. And where a limit on connections refuses the newest, whoever opens enough of them and
sends nothing shuts everybody else out. Here the client that has kept us waiting longest makes room.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-type: text/plain\r\n"
    b"content-length: 4\r\nconnection: close\r\n\r\nbusy"
)


class RequestRefused(Exception):
    """Its headers are more than any sender needs; answered with 400."""


class Connection(HttpToolsProtocol):
    """The limits are class attributes, so that a test can have shorter ones."""

    most_connections = 500
    most_headers = 100
    header_bytes = 32 * 1024
    # On the wire: a body of 1 MiB in chunks of a byte takes six times that.
    message_bytes = 8 * 1024 * 1024
    seconds_to_send = 20.0
    # Longer than the 60 s of the usual load balancers: whoever closes first loses the request that is on its way.
    seconds_between = 75
    seconds_to_read = 30.0

    waiting_since: float | None = None
    """Since when we wait for a request or the rest of one. None: the client waits for us."""
    _send_timeout: asyncio.TimerHandle | None = None
    _read_timeout: asyncio.TimerHandle | None = None
    _in_headers = True
    _headers = 0
    _header_bytes = 0
    _message_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(cast("asyncio.Transport", _OneWrite(transport, self.loop)))
        if len(self.connections) > self.most_connections and not self._make_room():
            transport.write(BUSY)
            transport.close()
            return
        self._wait_for_client(self.seconds_to_send)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_read_timeout()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        in_headers = self._in_headers
        self._message_bytes += len(data)
        super().data_received(data)
        # A header of one endless line never reaches on_header; chunks and trailers can go on for ever.
        endless_header = in_headers and self._in_headers and self._message_bytes > 2 * self.header_bytes
        if (endless_header or self._message_bytes > self.message_bytes) and not self.transport.is_closing():
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True
        self._headers = self._header_bytes = self._message_bytes = 0
        self._wait_for_client(self.seconds_to_send)

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        self._count(name, value)
        if self._in_headers:  # trailers come here too, and uvicorn would add them to headers that were read already
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_headers = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_headers = True
        self._message_bytes = 0
        self._stop_waiting()
        if self.cycle.response_complete:  # we refused it before all of it was here
            self._wait_for_client(self.seconds_between)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.waiting_since is None and self.cycle.response_complete:
            self._wait_for_client(self.seconds_between)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._read_timeout = self.loop.call_later(self.seconds_to_read, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_read_timeout()

    def _count(self, *parts: bytes) -> None:
        self._header_bytes += sum(map(len, parts))
        if self._headers > self.most_headers or self._header_bytes > self.header_bytes:
            raise RequestRefused

    def _make_room(self) -> bool:
        others = cast("set[Connection]", self.connections)
        waiting = [one for one in others if one is not self and one.waiting_since is not None]
        longest = min(waiting, key=lambda one: one.waiting_since or 0.0, default=None)
        if longest is None:
            return False
        longest.transport.abort()
        longest.waiting_since = None  # the loop has not dropped it yet: nobody else must make room with it
        return True

    def _wait_for_client(self, seconds: float) -> None:
        self._stop_waiting()
        self.waiting_since = self.loop.time()
        self._send_timeout = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        self.waiting_since = None
        if self._send_timeout is not None:
            self._send_timeout.cancel()
            self._send_timeout = None

    def _stop_read_timeout(self) -> None:
        if self._read_timeout is not None:
            self._read_timeout.cancel()
            self._read_timeout = None


class _OneWrite:
    """The connection's transport, which sends the head of an answer together with its body.

    uvicorn writes each by itself, and the client would be woken twice. What is held when the connection is closed is
    sent, and what is held when it is aborted is lost.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            self._held += data
            self._send()
            return
        self._held = bytes(data)  # a bytearray may be changed by the time that it is sent
        self._loop.call_soon(self._send)  # by then it is mostly sent: the body followed at once

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
