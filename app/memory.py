"""Memory that is free but kept: glibc holds on to it, a little in each thread's arena, and more with every day.

Python's objects stay as many as they are (`make soak`); without this the process grows all the same.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from contextlib import suppress

EVERY_SECONDS = 60.0
# mallopt(3). By default each thread takes an arena, up to eight for each processor, and what is free in one is of no
# use to the threads of the others: of the growth over 1,000 tickets, two left less than half.
M_ARENA_MAX = -8
ARENAS = 2


class Spare:
    """Gives it back to the system once a minute; nothing where the C library is another one. Make it before threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock() + EVERY_SECONDS
        self._trim: Callable[[int], int] | None = None
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            self._trim = library.malloc_trim
            library.mallopt(M_ARENA_MAX, ARENAS)

    def give_back(self) -> None:
        if self._trim is not None and self._clock() >= self._next:
            self._next = self._clock() + EVERY_SECONDS
            self._trim(0)
