"""Read the raw bytes of a request, with limits on size, time and memory.

Nobody has shown who they are while their body is read, so what strangers can hold is bounded here, for each request
and for all of them together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from starlette.requests import ClientDisconnect

LIMIT = 1024 * 1024
# Zendesk gives up after 10 or 12 seconds itself, GitLab after 10.
SECONDS = 10.0


class BodyRefused(Exception):
    """The request is answered with `status` and `headers`; `reason` is the metric's label."""

    reason: ClassVar[str]
    status: ClassVar[int]
    headers: ClassVar[Mapping[str, str]] = {}


class BodyTooLarge(BodyRefused):
    reason, status = "body_too_large", 413


class BodyTooSlow(BodyRefused):
    reason, status = "body_too_slow", 408


class BodyEncoded(BodyRefused):
    """Compressed. No sender of webhooks compresses, and a few bytes can become gigabytes."""

    reason, status = "body_encoded", 415


class BodyIncomplete(BodyRefused):
    """The sender went away; the answer goes nowhere."""

    reason, status = "body_incomplete", 400


class TooManyBodies(BodyRefused):
    reason, status = "too_many_bodies", 503
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


@dataclass
class BodyMemory:
    """The memory that all bodies together may take while they are read. For one event loop."""

    size: int = 64 * LIMIT
    # Each request may take this much in any case: large bodies from strangers never keep an ordinary delivery out.
    free: int = LIMIT // 16
    taken: int = 0

    @contextmanager
    def reservation(self) -> Iterator[Reservation]:
        reservation = Reservation(self)
        try:
            yield reservation
        finally:
            self.taken -= reservation.taken


@dataclass
class Reservation:
    """The part of one body."""

    memory: BodyMemory
    taken: int = 0

    def grow_to(self, size: int) -> None:
        """Raises TooManyBodies."""
        more = max(0, size - self.memory.free) - self.taken
        if self.memory.taken + more > self.memory.size:
            raise TooManyBodies
        self.taken += more
        self.memory.taken += more


MEMORY = BodyMemory()


async def read_body(
    request: Request, *, limit: int = LIMIT, seconds: float = SECONDS, memory: BodyMemory = MEMORY
) -> bytes:
    """Return the whole body, unchanged: signatures cover the raw bytes.

    Raises BodyRefused as early as possible.
    """
    if request.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise BodyEncoded
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    try:
        with memory.reservation() as reservation:
            async with asyncio.timeout(seconds):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limit:
                        raise BodyTooLarge
                    reservation.grow_to(size)
                    chunks.append(chunk)
            return b"".join(chunks)
    except TimeoutError as error:
        raise BodyTooSlow from error
    except ClientDisconnect as error:
        raise BodyIncomplete from error
