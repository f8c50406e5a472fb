"""Notes the calls that a piece of work makes, on its thread, until the engine keeps them with the work's end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from app.records.calls import MadeCall
from integrations.outbound import Call

_noted: ContextVar[list[MadeCall] | None] = ContextVar("noted_calls", default=None)


@contextmanager
def noting_calls() -> Iterator[list[MadeCall]]:
    """The calls that are made within, as far as they were made yet."""
    made: list[MadeCall] = []
    token = _noted.set(made)
    try:
        yield made
    finally:
        _noted.reset(token)


@contextmanager
def noted(service: str, method: str, path: str, call: Call, now: Callable[[], datetime]) -> Iterator[None]:
    """Around one call. The path has no query: that may hold what people wrote."""
    made = _noted.get()
    if made is None:
        yield
        return
    at, began = now().isoformat(), time.monotonic()
    status = None
    try:
        yield
        status = call.status
    finally:
        took = round((time.monotonic() - began) * 1000)
        made.append(MadeCall(service, f"{method} {path}".rstrip(), status, took, at))
