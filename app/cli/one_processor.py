"""Keeps the threads of a busy worker on one processor, as long as nobody else wants it.

Only one thread at a time has Python's interpreter. Linux spreads threads over all processors: one that lets go of the
interpreter for a moment, to ask the database, finds it taken by a thread on another processor, and waits. On the same
processor it simply goes on. The encoder computes without the interpreter: its thread goes wherever there is room.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

from app.model.encoder import THREAD_NAME

LOOK_SECONDS = 0.5
BUSY = 0.5
"""Of a processor: what the worker uses while it matters where it runs."""
FULL = 0.9
"""Of a processor: whoever else wants it takes it away from somebody."""
WANTED = 0.25
"""Of a processor: what others use of it while they are in the worker's way."""
MOST_CROWDED = 4
"""Looks in turn."""
REST = (20, 60)
"""Looks for which the threads are left alone after that; by chance, so that two workers do not meet again."""

Used = Mapping[int, float]
"""By processor, how much of it was used: 0 to 1."""


@dataclass
class Placement:
    """Where the threads belong. Pure but for chance."""

    chance: Callable[[int, int], int] = SystemRandom().randint
    on: int | None = None
    """None: wherever Linux puts them."""
    _crowded: int = field(default=0, init=False)
    _rest: int = field(default=0, init=False)

    def after(self, used: Used, own: float) -> int | None:
        """`used`: of each processor that we may use, since the last look; `own`: what this process used, in all."""
        if self.on is None or self.on not in used:
            self._gather(used, own)
        else:
            self._spread_if_crowded(used[self.on], used[self.on] - own)
        return self.on

    def _gather(self, used: Used, own: float) -> None:
        self.on, self._rest = None, self._rest - 1
        others = sum(used.values()) - own  # who need not stay where the threads are put: Linux moves them on
        if self._rest < 0 and own >= BUSY and others < len(used) - 1 + WANTED:
            self.on, self._crowded = min(used, key=used.__getitem__), 0

    def _spread_if_crowded(self, used: float, others: float) -> None:
        self._crowded = self._crowded + 1 if used >= FULL and others >= WANTED else 0
        if self._crowded == MOST_CROWDED:
            self.on, self._rest = None, self.chance(*REST)


class OneProcessor:
    """For the process that starts it, as long as it lives."""

    def __init__(self) -> None:
        self._allowed = os.sched_getaffinity(0) if sys.platform == "linux" else set()
        self._placement = Placement()
        self._has_gathered = False

    def start(self) -> None:
        """Nothing to do where there is one processor, or where Linux does not say how much they are used."""
        if len(self._allowed) > 1 and _ticks(self._allowed):
            threading.Thread(target=self._look_for_ever, daemon=True, name="one-processor").start()

    def _look_for_ever(self) -> None:
        before = _Reading.now(self._allowed)
        while True:
            time.sleep(LOOK_SECONDS)
            now = _Reading.now(self._allowed)
            on = self._placement.after(*now.since(before))
            before = now
            self._has_gathered = self._has_gathered or on is not None
            if self._has_gathered:
                self._place(on)

    def _place(self, on: int | None) -> None:
        free = {thread.native_id for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)}
        for task in _TASKS.iterdir():
            thread = int(task.name)
            wanted = self._allowed if on is None or thread in free else {on}
            with suppress(OSError):  # the thread has ended
                if os.sched_getaffinity(thread) != wanted:
                    os.sched_setaffinity(thread, wanted)


@dataclass(frozen=True)
class _Reading:
    at: float
    ticks: Mapping[int, int]
    own: float

    @classmethod
    def now(cls, processors: set[int]) -> "_Reading":
        return cls(time.monotonic(), _ticks(processors), time.process_time())

    def since(self, before: "_Reading") -> tuple[Used, float]:
        passed = max(self.at - before.at, 0.001)
        used = {
            number: (ticks - before.ticks[number]) / _TICKS_IN_A_SECOND / passed
            for number, ticks in self.ticks.items()
            if number in before.ticks
        }
        return used, (self.own - before.own) / passed


_TICKS_IN_A_SECOND = os.sysconf("SC_CLK_TCK")
_STAT, _TASKS = Path("/proc/stat"), Path("/proc/self/task")
# https://man7.org/linux/man-pages/man5/proc_stat.5.html: user, nice, system, idle, iowait, irq, softirq, steal
_USED = (0, 1, 2, 5, 6, 7)


def _ticks(processors: set[int]) -> dict[int, int]:
    """How long each of them has worked since the machine started; empty where nobody says."""
    found: dict[int, int] = {}
    with suppress(OSError, ValueError, IndexError):
        for line in _STAT.read_text().splitlines():
            name, *numbers = line.split()
            if name.startswith("cpu") and name != "cpu" and int(name[3:]) in processors:
                found[int(name[3:])] = sum(int(numbers[one]) for one in _USED)
    return found
