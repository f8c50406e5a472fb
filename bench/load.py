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
    if urlsplit(url).hostname != "127.0.0.1":
        raise ValueError("load goes to loopback only")
    return asyncio.run(_measure(url, request, clients, seconds, first))


async def _measure(url: str, request: Request, clients: int, seconds: float, first: int) -> Measured:
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    numbers = iter(range(first, first + 10_000_000))
    start = time.perf_counter()
    end = start + seconds

    async def client() -> None:
        target = urlsplit(url)
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        while time.perf_counter() < end:
            body, headers = request(next(numbers))
            lines = [f"POST {target.path} HTTP/1.1", f"host: {target.netloc}", f"content-length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            sent = time.perf_counter()
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - sent)
            status = int(head[9:12])
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Measured(
        clients, len(latencies), time.perf_counter() - start, tuple(sorted(latencies)), tuple(sorted(statuses.items()))
    )
