"""A load generator for loopback: clients on kept-alive connections, each sending one request after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Request = Callable[[int], tuple[bytes, dict[str, str]]]
"""From a running number to body and headers."""


@dataclass(frozen=True)
class Measured:
    clients: int
    requests: int
    seconds: float
    latencies: tuple[float, ...]
    """Seconds, sorted."""
    statuses: tuple[tuple[int, int], ...]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))] * 1000


def measure(url: str, request: Request, *, clients: int, seconds: float, first: int = 0) -> Measured:
    """POST to `url` (loopback only) for `seconds`."""
    return asyncio.run(_measure(url, request, clients, seconds, first))


class Caller:
    """One kept-alive connection to loopback. Raises OSError or EOFError when it breaks; then open another."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        if self._target.hostname != "127.0.0.1":
            raise ValueError("load goes to loopback only")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """The answer's status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._target.hostname, self._target.port)
        reader, writer = self._streams
        lines = [f"POST {self._target.path} HTTP/1.1", f"host: {self._target.netloc}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        length = next((int(line.split(b":")[1]) for line in head if line.startswith(b"content-length")), 0)
        await reader.readexactly(length)
        return int(head[0][9:12])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _measure(url: str, request: Request, clients: int, seconds: float, first: int) -> Measured:
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    numbers = iter(range(first, first + 10_000_000))
    start = time.perf_counter()
    end = start + seconds

    async def client() -> None:
        caller = Caller(url)
        while time.perf_counter() < end:
            body, headers = request(next(numbers))
            sent = time.perf_counter()
            status = await caller.post(body, headers)
            latencies.append(time.perf_counter() - sent)
            statuses[status] = statuses.get(status, 0) + 1
        caller.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Measured(
        clients, len(latencies), time.perf_counter() - start, tuple(sorted(latencies)), tuple(sorted(statuses.items()))
    )
