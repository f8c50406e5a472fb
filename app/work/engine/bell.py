"""Wakes the threads that look for work as soon as this process has stored some.

dbos asks the database for a queue's settings before each look, and then sleeps until the next one. Here the settings
are in memory, and the sleep ends when the bell rings. Work of other processes is found by looking, unless a wire
(`bell_wire.py`) leads to them.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from app.work.engine.dbos_internals import Queue

AT_ONCE = 0.001
"""For dbos, whose own sleep comes on top; what comes within it is taken together."""

BEGINS_SOON_SECONDS = 0.002


class Bell:
    def __init__(
        self, queues: Iterable[Queue], seconds: Mapping[str, float], all_began: Callable[[str], bool] = lambda _: True
    ) -> None:
        """`seconds`: how often each queue is looked at in any case. `all_began`: what was taken from it."""
        self._queues = {queue.name: queue for queue in queues}
        self._seconds = seconds
        self._all_began = all_began
        self._rings = {name: threading.Event() for name in self._queues}
        self._rang = dict.fromkeys(self._queues, False)

    def ring(self, names: Iterable[str]) -> None:
        for name in names:
            self._rings[name].set()

    def has_rung(self, name: str) -> bool:
        """Before the look that is under way."""
        return self._rang.get(name, False)

    def settings(self, name: str, **_: object) -> Queue:
        """Replaces `get_queue` of dbos, which looks for work after it: answers when it is time to."""
        due = time.monotonic() + self._seconds[name]
        self._rang[name] = self._rings[name].wait(self._seconds[name])
        self._rings[name].clear()
        while not self._all_began(name) and time.monotonic() < due:
            time.sleep(BEGINS_SOON_SECONDS)
        return self._queues[name]
