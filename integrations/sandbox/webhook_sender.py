"""Sends the services' webhooks, and keeps a list of what was sent and answered."""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property

import httpx

DELIVERIES_KEPT = 10_000
TIMEOUT_SECONDS = 10.0  # both services give up after about this long


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt; `status` 0: no answer."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int


class WebhookSender:
    def __init__(self, name: str, workers: int = 4) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=f"sandbox-{name}-webhooks")
        self._pending: set[Future[None]] = set()
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        """The latest, oldest first."""

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when the first webhook is sent: reading the list of authorities costs 30 ms."""
        return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST once, no redirects; the answer's status, or 0 when there was none."""
        try:
            status = self._client.post(url, content=body, headers=dict(headers)).status_code
        except httpx.HTTPError:
            status = 0
        self.deliveries.append(Delivery(url, headers, body, status))
        return status

    def send_later(
        self, url: str, body: bytes, headers: Mapping[str, str], answered: Callable[[int], None] = lambda _status: None
    ) -> None:
        """POST from a background thread, then call `answered`; order is not kept, as the services keep none."""
        future = self._threads.submit(lambda: answered(self.send(url, body, headers)))
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def wait(self, seconds: float = 10.0) -> bool:
        """Whether everything handed to `send_later` so far was sent in time."""
        return not wait(self._pending.copy(), seconds).not_done

    def stop(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        if "_client" in self.__dict__:
            self._client.close()
