"""Rings the bell of another process: what the web has stored, the worker beside it begins at once.

Made before the fork; then one process pulls and the other listens. A ring that gets lost costs no more than a wait for
the next look.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress


class BellWire:
    def __init__(self) -> None:
        self._far, self._near = os.pipe()
        os.set_blocking(self._near, False)
        self._lock = threading.Lock()
        self._is_closed = False

    def pull(self) -> None:
        """Never waits: a wire that is full rings in any case, and the end of the other process is seen elsewhere."""
        with self._lock, suppress(OSError):
            if not self._is_closed:  # else its number may be that of another file by now
                os.write(self._near, b".")

    def listen(self, ring: Callable[[], object]) -> None:
        """Ring, in a thread, as often as somebody pulls."""
        threading.Thread(target=self._listen, args=(ring,), daemon=True, name="bell-wire").start()

    def close(self) -> None:
        """Who listens stops when the last process has closed it."""
        with self._lock:
            self._is_closed = True
            os.close(self._near)

    def _listen(self, ring: Callable[[], object]) -> None:
        while os.read(self._far, 4096):
            ring()
        os.close(self._far)
