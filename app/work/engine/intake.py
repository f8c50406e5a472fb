"""From the web to the queue: one thread writes, and takes all that waits in one transaction.

A commit that survives a power cut costs a disk flush. Sixteen senders at once then share one flush instead of
queueing for sixteen; nobody is answered before the flush that holds their delivery.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from app.work.messages import CannotStore, Work

# More than the largest burst seen from Zendesk in a second; beyond it, senders are told to come back.
MOST_WAITING = 1000
MOST_AT_ONCE = 64


class Store(Protocol):
    def accept(self, batch: Sequence[Work]) -> list[bool]: ...


class Intake:
    """`await accept(work)`: True when it was new, False when it was known; raises CannotStore."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: queue.Queue[tuple[Work, Future[bool]] | None] = queue.Queue(maxsize=MOST_WAITING)
        self._writer = threading.Thread(target=self._write_for_ever, daemon=True, name="intake")

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Store what was handed in, then end."""
        self._waiting.put(None)
        self._writer.join()

    async def accept(self, work: Work) -> bool:
        stored: Future[bool] = Future()
        try:
            self._waiting.put_nowait((work, stored))
        except queue.Full as error:
            raise CannotStore("too many deliveries at once") from error
        return await asyncio.wrap_future(stored)

    def _write_for_ever(self) -> None:
        ended = False
        while not ended:
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            ended = None in batch
            self._write([item for item in batch if item is not None])

    def _write(self, batch: list[tuple[Work, Future[bool]]]) -> None:
        # A sender that hung up has cancelled its future: its delivery was not answered, so it need not be stored.
        batch = [(work, stored) for work, stored in batch if stored.set_running_or_notify_cancel()]
        if not batch:
            return
        try:
            answers = self._store.accept([work for work, _ in batch])
        except BaseException as error:  # noqa: BLE001  # every sender must be answered, whatever went wrong
            for _, stored in batch:
                stored.set_exception(error)
        else:
            for (_, stored), new in zip(batch, answers, strict=True):
                stored.set_result(new)
