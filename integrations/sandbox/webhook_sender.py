"""Sends the services' webhooks, and keeps a list of what was sent and answered."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import httpx

DELIVERIES_KEPT = 10_000
TIMEOUT_SECONDS = 10.0  # both services give up after about this long


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt; `status` 0 stands for no answer."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int


class WebhookSender:
    def __init__(self, name: str, workers: int = 4) -> None:
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=f"sandbox-{name}-webhooks")
        self._under_way: set[Future[None]] = set()
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        """The latest, oldest first."""

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST once, no redirects; the answer's status, or 0 when there was none."""
        try:
            answer = self._http().post(url, content=body, headers=dict(headers))
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        self.deliveries.append(Delivery(url, headers, body, status))
        return status

    def send_later(
        self, url: str, body: bytes, headers: Mapping[str, str], answered: Callable[[int], None] = lambda _status: None
    ) -> None:
        """POST from a background thread, then tell `answered`; order is not kept, as the services keep none."""

        def deliver() -> None:
            answered(self.send(url, body, headers))

        with self._lock:
            future = self._threads.submit(deliver)
            self._under_way.add(future)
        future.add_done_callback(self._forget)

    def wait(self, seconds: float = 10.0) -> bool:
        """Whether everything handed to `send_later` so far was sent in time."""
        with self._lock:
            pending = list(self._under_way)
        try:
            for future in pending:
                future.result(seconds)
        except TimeoutError:
            return False
        return True

    def stop(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _forget(self, future: Future[None]) -> None:
        with self._lock:
            self._under_way.discard(future)

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)
            return self._client
