"""What takes long to count, kept for a minute: a page that many look at counts once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
LASTS = timedelta(minutes=1)
MOST = 32


class Kept:
    """For one process."""

    def __init__(self) -> None:
        self._one_counts = threading.Lock()
        self._known: dict[Hashable, tuple[datetime, Any]] = {}

    def of(self, key: Hashable, now: datetime, count: Callable[[], T]) -> tuple[datetime, T]:
        """With when it was counted. Those who ask for it meanwhile wait: it would take both longer at once."""
        with self._one_counts:
            # Texts may be among them: what nobody gets any more is not kept.
            self._known = {one: known for one, known in self._known.items() if known[0] <= now < known[0] + LASTS}
            if key not in self._known:
                if len(self._known) >= MOST:
                    del self._known[next(iter(self._known))]
                self._known[key] = (now, count())
            return self._known[key]
