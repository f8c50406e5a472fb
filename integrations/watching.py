"""One call over httpx, under the eyes of a watch: may it be made, and what became of it?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx


class PlainWatch(Protocol):
    """As `session.Watch`, for services of whose calls nothing matters but the status."""

    def before(self, service: str) -> None:
        """Raises NotSent, and nothing is sent. Otherwise `after` is called, once."""

    def saw(self, service: str, status: int | None) -> None:
        """The answer's status, or None where there is none, or none in time. Must not raise."""

    def after(self, service: str) -> None:
        """The call has ended, in whatever way. Must not raise."""


@dataclass
class Call:
    status: int | None = None
    """To be set from the answer; None again if that does not come to its end."""


@contextmanager
def watched(watch: PlainWatch | None, service: str) -> Iterator[Call]:
    """Around one request and the reading of its answer. Raises NotSent."""
    call = Call()
    if watch is None:
        yield call
        return
    watch.before(service)
    try:
        try:
            yield call
        except httpx.HTTPError:
            watch.saw(service, None)
            raise
        watch.saw(service, call.status)
    finally:
        watch.after(service)
