"""Zendesk's side of a measurement: signed deliveries at a pace, some of them twice, repeated until they are taken.

Kinder than Zendesk, which repeats after 409, 429, 503 and a time-out, a few times, and not after a refused connection.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.signatures import zendesk_signature
from bench.load import Caller

TIMEOUT = 10.0
GIVES_UP_AFTER = 60.0
AGAIN = (0.5, 1.5)
AT_ONCE = 16


@dataclass(frozen=True)
class Pace:
    per_second: float = 0.0
    """0: sixteen senders, each as fast as it is answered."""
    repeated: float = 0.0
    """How many of the deliveries come twice or three times."""
    seed: int = 1


@dataclass
class Sent:
    began: float = 0.0
    """As `time.time()`."""
    latencies: list[float] = field(default_factory=list)
    """Seconds, of all that were answered or took longer than Zendesk waits."""
    accepted: Counter[int] = field(default_factory=Counter)
    """By ticket."""
    answers: Counter[int] = field(default_factory=Counter)
    """By status; 0: none."""

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def send(url: str, secret: str, tickets: Sequence[int], pace: Pace) -> Sent:
    """Returns when each was accepted or given up."""
    return asyncio.run(_Sending(url, secret, pace).all(tickets))


class _Sending:
    def __init__(self, url: str, secret: str, pace: Pace) -> None:
        self._url = url
        self._secret = secret
        self._pace = pace
        self._chance = random.Random(f"deliveries {pace.seed}")
        self._free: list[Caller] = []
        # Deliveries at a pace do not wait for each other.
        self._places = asyncio.Semaphore(1000 if pace.per_second else AT_ONCE)
        self._sent = Sent()

    async def all(self, tickets: Sequence[int]) -> Sent:
        self._sent.began = time.time()
        await asyncio.gather(*(self._deliver(ticket, due) for ticket, due in self._plan(tickets)))
        for caller in self._free:
            caller.close()
        return self._sent

    def _plan(self, tickets: Sequence[int]) -> list[tuple[int, float]]:
        """Each ticket with the second in which it is sent."""
        rate = self._pace.per_second
        planned: list[tuple[int, float]] = []
        for number, ticket in enumerate(tickets):
            due = number / rate if rate else 0.0
            planned.append((ticket, due))
            if self._chance.random() < self._pace.repeated:
                planned += [(ticket, due + self._chance.uniform(0, 3)) for _ in range(self._chance.choice((1, 2)))]
        return planned

    async def _deliver(self, ticket: int, due: float) -> None:
        await asyncio.sleep(due)
        body = _body(ticket)
        give_up = time.monotonic() + GIVES_UP_AFTER
        while True:
            async with self._places:
                status = await self._post(body)
            self._sent.answers[status] += 1
            if 200 <= status < 300:
                self._sent.accepted[ticket] += 1
                return
            if time.monotonic() > give_up:
                return
            await asyncio.sleep(self._chance.uniform(*AGAIN))

    async def _post(self, body: bytes) -> int:
        caller = self._free.pop() if self._free else Caller(self._url)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT):
                status = await caller.post(body, _headers(self._secret, body))
        except (OSError, EOFError) as error:
            caller.close()
            if isinstance(error, TimeoutError):
                self._sent.latencies.append(time.perf_counter() - began)
            return 0
        self._sent.latencies.append(time.perf_counter() - began)
        self._free.append(caller)
        return status


def _body(ticket: int) -> bytes:
    return json.dumps(
        {
            "v": 1,
            "event": "ticket.created",
            "ticket_id": str(ticket),
            "updated_at": "2026-01-01T00:00:00Z",
            "status": "new",
            "via": "twitter",
            "actor_id": "8447388090494",
        }
    ).encode()


def _headers(secret: str, body: bytes) -> dict[str, str]:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "content-type": "application/json",
        "x-zendesk-webhook-signature": zendesk_signature(secret, stamp, body),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
