"""The priority of a thread's calls: the engine sets it for each workflow, the rate limiter asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum


class Priority(Enum):
    URGENT = "urgent"
    """One call for many tickets, or a health check: it may use half of the reserve, and comes back first."""
    NORMAL = "normal"
    BULK = "bulk"
    """Nobody waits for it: reconciliation, syncing, notifying many. Half of each limit is kept from it."""


_current = ContextVar("priority", default=Priority.NORMAL)


def current_priority() -> Priority:
    return _current.get()


@contextmanager
def at_priority(priority: Priority) -> Iterator[None]:
    token = _current.set(priority)
    try:
        yield
    finally:
        _current.reset(token)
