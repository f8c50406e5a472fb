"""What takes long to count, kept for a minute: a page that many look at counts once."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
        self._known: OrderedDict[Hashable, tuple[datetime, Any]] = OrderedDict()

    def of(self, key: Hashable, now: datetime, count: Callable[[], T]) -> tuple[datetime, T]:
        """With when it was counted. Those who ask for it meanwhile wait: it would take both longer at once."""
        with self._one_counts:
            known = self._known.get(key)
            if known is None or not known[0] <= now < known[0] + LASTS:
                known = self._known[key] = (now, count())
                self._known.move_to_end(key)
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
            return known
