"""The senders of webhooks: they sign, send, repeat, delay, reorder, and send again what was not taken."""

from __future__ import annotations

import heapq
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from app.signatures import zendesk_signature

GIVES_UP_AFTER = 60.0
TIMEOUT = 10.0
AT_ONCE = 16
ZENDESK = "/webhooks/zendesk"


@dataclass(frozen=True)
class Delivery:
    about: str
    """What it brings, by which the accepted ones are counted."""
    path: str
    body: bytes


@dataclass(order=True)
class _Posting:
    due: float
    number: int
    delivery: Delivery = field(compare=False)
    give_up: float = field(compare=False)


class Sender:
    def __init__(self, service: str, zendesk_secret: str, mentions_secret: str, chance: random.Random) -> None:
        self._service = service
        self._zendesk_secret = zendesk_secret
        self._mentions_secret = mentions_secret
        self._chance = chance
        self._queue: list[_Posting] = []
        self._changed = threading.Condition()
        self._under_way = 0
        self._numbers = 0
        self._ending = False
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sender")
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._clock = threading.Thread(target=self._run, daemon=True, name="sender")
        self.answers: Counter[int] = Counter()
        """By status; 0: no answer."""
        self.accepted: Counter[str] = Counter()
        """2xx answers, by what they were about."""
        self.given_up = 0

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._clock.join()
        self._threads.shutdown(wait=True)
        self._client.close()

    def send_ticket(self, ticket_id: int, event: str, *, updated_at: str, actor_id: int, delays: list[float]) -> None:
        body = {
            "v": 1,
            "event": event,
            "ticket_id": str(ticket_id),
            "updated_at": updated_at,
            "status": "new",
            "via": "twitter",
            "actor_id": str(actor_id),
        }
        self.send(Delivery(about_ticket(ticket_id), ZENDESK, json.dumps(body).encode()), delays)

    def send(self, delivery: Delivery, delays: list[float]) -> None:
        """The same delivery once for each of `delays` (seconds from now)."""
        now = time.monotonic()
        for delay in delays:
            self._put(now + delay, delivery, now + delay + GIVES_UP_AFTER)

    def idle(self) -> bool:
        with self._changed:
            return not self._queue and not self._under_way

    def _put(self, due: float, delivery: Delivery, give_up: float) -> None:
        with self._changed:
            self._numbers += 1
            heapq.heappush(self._queue, _Posting(due, self._numbers, delivery, give_up))
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._ending and not (self._queue and self._queue[0].due <= time.monotonic()):
                    self._changed.wait(self._queue[0].due - time.monotonic() if self._queue else None)
                if self._ending:
                    return
                posting = heapq.heappop(self._queue)
                self._under_way += 1
            self._threads.submit(self._deliver, posting)

    def _deliver(self, posting: _Posting) -> None:
        status = self._post(posting.delivery)
        with self._changed:
            self.answers[status] += 1
            if 200 <= status < 300:
                self.accepted[posting.delivery.about] += 1
            elif time.monotonic() < posting.give_up:
                again = time.monotonic() + self._chance.uniform(0.2, 1.0)
                self._put(again, posting.delivery, posting.give_up)
            else:
                self.given_up += 1
            self._under_way -= 1

    def _post(self, delivery: Delivery) -> int:
        headers = {"content-type": "application/json", **self._credentials(delivery)}
        try:
            url = f"{self._service}{delivery.path}"
            return self._client.post(url, content=delivery.body, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def _credentials(self, delivery: Delivery) -> dict[str, str]:
        if delivery.path != ZENDESK:
            return {"authorization": f"Bearer {self._mentions_secret}"}
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "x-zendesk-webhook-signature": zendesk_signature(self._zendesk_secret, stamp, delivery.body),
            "x-zendesk-webhook-signature-timestamp": stamp,
        }


def about_ticket(ticket_id: int) -> str:
    """What the deliveries of a ticket are about."""
    return f"ticket {ticket_id}"


def repeats(chance: random.Random) -> list[float]:
    """When a delivery is sent: mostly once and at once, sometimes late, sometimes several times."""
    first = chance.choice([0.0, 0.0, 0.0, chance.uniform(0, 3)])
    more = chance.choices([0, 1, 3], [6, 3, 1])[0]
    return [first, *(first + chance.uniform(0, 8) for _ in range(more))]
