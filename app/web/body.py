"""The raw bytes of a request: no more, no slower and no stranger than a webhook may be.

Nobody has shown who they are while their body is read, so what strangers can hold is bounded here, for each request
and for all of them together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from starlette.requests import ClientDisconnect

LIMIT = 1024 * 1024
# Zendesk gives up after 10 or 12 seconds itself, GitLab after 10.
SECONDS = 10.0


class BodyRefused(Exception):
    """The request is answered with `status`, and `reason` is the metric's label."""

    reason: ClassVar[str]
    status: ClassVar[int]


class BodyTooLarge(BodyRefused):
    reason, status = "body_too_large", 413


class BodyTooSlow(BodyRefused):
    reason, status = "body_too_slow", 408


class BodyEncoded(BodyRefused):
    """Never decompressed: nobody who has a webhook with us compresses, and a few bytes can become gigabytes."""

    reason, status = "body_encoded", 415


class BodyIncomplete(BodyRefused):
    """The sender went away; the answer goes nowhere."""

    reason, status = "body_incomplete", 400


class NoRoom(BodyRefused):
    reason, status = "no_room", 503


@dataclass
class Room:
    """What bodies may take in memory while they are read, together. For one event loop."""

    size: int = 64 * LIMIT
    # What every request may take anyway: large bodies from strangers never keep an ordinary delivery out.
    free: int = LIMIT // 16
    taken: int = 0

    @contextmanager
    def held(self) -> Iterator[Share]:
        share = Share(self)
        try:
            yield share
        finally:
            self.taken -= share.taken


@dataclass
class Share:
    room: Room
    taken: int = 0

    def grow_to(self, size: int) -> None:
        """Raises NoRoom."""
        more = max(0, size - self.room.free) - self.taken
        if self.room.taken + more > self.room.size:
            raise NoRoom
        self.taken += more
        self.room.taken += more


ROOM = Room()


async def read_body(request: Request, *, limit: int = LIMIT, seconds: float = SECONDS, room: Room = ROOM) -> bytes:
    """All of it, unchanged (signatures cover the raw bytes). Raises BodyRefused as soon as it is known."""
    if request.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise BodyEncoded
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    try:
        with room.held() as share:
            async with asyncio.timeout(seconds):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limit:
                        raise BodyTooLarge
                    share.grow_to(size)
                    chunks.append(chunk)
            return b"".join(chunks)
    except TimeoutError as error:
        raise BodyTooSlow from error
    except ClientDisconnect as error:
        raise BodyIncomplete from error
