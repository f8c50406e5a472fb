"""On what errand a call is made: the workflow that runs says so, and the guard of the calls asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Errand:
    bulk: bool = False
    """Nobody waits for it: comparing, syncing, telling many. A part of each budget is kept from it."""
    urgent: bool = False
    """One call for many tickets: it stands in no line, and may use half of the reserve."""
    has_turn: bool = False
    """It was put off before, and this is the time that it was given."""


_ORDINARY = Errand()
_current: ContextVar[Errand] = ContextVar("errand", default=_ORDINARY)


def current() -> Errand:
    return _current.get()


@contextmanager
def on_errand(payload: Mapping[str, Any], *, bulk: bool = False, urgent: bool = False) -> Iterator[None]:
    bulk = bulk or bool(payload.get("bulk"))
    token = _current.set(Errand(bulk=bulk, urgent=urgent, has_turn=bool(payload.get("waits"))))
    try:
        yield
    finally:
        _current.reset(token)
