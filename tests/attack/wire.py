"""Requests that no client library would send: bytes on a socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 30.0
"""Only so that a failure ends."""


@dataclass(frozen=True)
class Heard:
    """All that came until the server closed."""

    raw: bytes

    @property
    def statuses(self) -> list[int]:
        return [int(line.split()[1]) for line in self.raw.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]

    @property
    def status(self) -> int:
        """0: it closed without a word."""
        return self.statuses[-1] if self.statuses else 0

    @property
    def head(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").lower()


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    url = urlsplit(address)
    with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=SECONDS) as connection:
        yield connection


def hear(connection: socket.socket) -> Heard:
    """Until the server closes; a reset counts as that."""
    received = b""
    try:
        while more := connection.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    return Heard(received)


def say(address: str, *pieces: bytes) -> Heard:
    """Send, then listen until the server closes: ask it to with `Connection: close`."""
    with connected(address) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        return hear(connection)


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *headers]
    if not any(line.lower().startswith("host:") for line in headers):
        lines.append("Host: pointsman.example")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body
