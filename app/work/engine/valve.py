"""How many works of each queue run at once in a process: none while everything is paused."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from dbos import DBOS

from app.work.engine.queues import QUEUES, TICKETS

log = structlog.get_logger(__name__)

# How soon a pause is seen, at the latest twice this.
PAUSE_SECONDS = 0.4


class Valve:
    def __init__(self, concurrency: int, paused: Callable[[], bool]) -> None:
        self._concurrency = concurrency
        self._paused = paused
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._mind_the_pause, daemon=True, name="valve")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def width(self, queue: str) -> int:
        """How many of its works may begin in this process now."""
        if self._paused():
            return 0
        return self._concurrency if queue == TICKETS else max(2, self._concurrency // 4)

    def _mind_the_pause(self) -> None:
        """The queue's width is kept in the database, for all processes. It is compared, not remembered: whoever sets
        it last may have read an older state of the pause, or died."""
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                for name in QUEUES:
                    queue = DBOS.retrieve_queue(name)
                    if queue and (queue.worker_concurrency == 0) != self._paused():
                        queue.set_worker_concurrency(self.width(name))
            except Exception:  # the database may be away for a while
                log.exception("pause_not_minded")
