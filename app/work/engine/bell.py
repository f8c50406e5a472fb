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

WORK_WAITS_SECONDS = 0.03
"""Until the next look where the last one left work behind: what ended meanwhile makes room for it."""


class Bell:
    def __init__(
        self,
        queues: Iterable[Queue],
        seconds: Mapping[str, float],
        all_began: Callable[[str], bool] = lambda _: True,
        work_waits: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`seconds`: how often each queue is looked at in any case. `all_began`: what was taken from it.

        `work_waits`: as far as the last look could tell.
        """
        self._queues = {queue.name: queue for queue in queues}
        self._seconds = seconds
        self._all_began = all_began
        self._work_waits = work_waits
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
        seconds = min(self._seconds[name], WORK_WAITS_SECONDS) if self._work_waits(name) else self._seconds[name]
        due = time.monotonic() + seconds
        self._rang[name] = self._rings[name].wait(seconds)
        self._rings[name].clear()
        while not self._all_began(name) and time.monotonic() < due:
            time.sleep(BEGINS_SOON_SECONDS)
        return self._queues[name]
